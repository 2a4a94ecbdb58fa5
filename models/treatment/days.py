"""From minutes to a value a day: the level of each vital in its context, kept for a month."""

from __future__ import annotations

from models.treatment.signals import BY_CONTEXT, CUFF, DAYS, TABLE
from models.treatment.state import Today, Treatments
from models.view import View


def learn(state: Treatments, view: View) -> None:
    """Take one minute of the running day.

    A day's level is a running mean in which no minute counts for more than `reach` away from the level so
    far: close to the median, in two numbers. A minute beyond takes back the weight of two, so that a day
    that began with a wild minute finds its level.
    """
    values = view.values
    for place, signal in BY_CONTEXT[view.context]:
        value = values.get(signal)
        if value is not None and not (view.cuffless and signal in CUFF):
            _add(state.today, place, value)


def _add(today: dict[int, Today], place: int, value: float) -> None:
    known = today.get(place)
    if known is None:
        today[place] = Today(1, value)
        return
    reach, off = TABLE[place].reach, value - known.level
    known.count = known.count + 1 if -reach <= off <= reach else max(known.count - 2, 1)
    known.level += min(max(off, -reach), reach) / known.count


def close(state: Treatments) -> None:
    """Put the running day away; the next one begins."""
    for place in sorted(state.rows.keys() | state.today.keys()):
        _keep(state, place, state.rows.get(place, b"") + bytes([_byte(state, place)]))
    state.today = {}
    state.day += 1


def skip(state: Treatments, day: int) -> None:
    """Let days pass that were not worn, up to `day`."""
    missed = min(day - state.day, DAYS)
    if missed > 0:
        for place, row in list(state.rows.items()):
            _keep(state, place, row + bytes(missed))
    state.day = day


def _keep(state: Treatments, place: int, row: bytes) -> None:
    row = row[-DAYS:].lstrip(b"\0")
    if row:
        state.rows[place] = row
    else:
        state.rows.pop(place, None)


def _byte(state: Treatments, place: int) -> int:
    known = state.today.get(place)
    if known is None or known.count < TABLE[place].fewest:
        return 0
    return TABLE[place].packed(known.level)
