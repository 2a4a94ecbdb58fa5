"""Which medicines and habits are watched: the newest that have begun and not ended."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import NamedTuple

from models.treatment.effect import Effect, compare
from models.treatment.signals import DAYS, TABLE
from models.treatment.state import BEFORE, DAY_MS, Outcome, Treatment, Treatments, day_of

MOST = 4
KEPT_MS = 90 * DAY_MS
"""For how long after its start a treatment's result is told."""
HOUR_MS = 3_600_000


class Start(NamedTuple):
    """A medicine or habit of the profile, and from when to when (ms UTC)."""

    code: str
    started: int | None
    stopped: int | None = None
    habit: bool = False


def follow(state: Treatments, starts: Iterable[Start], now: int, utc_offset: int) -> None:
    """Begin to watch what has begun, end what was stopped; once an hour.

    What began so long ago that nothing is known from before is watched for harm only; a start that
    nobody knows is not watched. `now` in ms UTC, offset in minutes.
    """
    hour = now // HOUR_MS
    if hour <= state.followed:
        return
    starts = list(starts)
    # What begins within this hour is not to wait for the next one.
    if not any(start.started is not None and now < start.started < (hour + 1) * HOUR_MS for start in starts):
        state.followed = hour
    known = {(treatment.code, treatment.started): treatment for treatment in state.watched}
    wanted = list(_running(starts, now, known))[:MOST]
    state.watched = [
        known.get((start.code, started)) or _begin(state, start, started, utc_offset)
        for started, start in wanted
    ]


def _running(
    starts: Iterable[Start], now: int, known: Container[tuple[str, int]]
) -> Iterator[tuple[int, Start]]:
    """What runs at `now`, newest first, each code once.

    What is `known` has begun, though a minute that comes late is from before.
    """
    running = [
        (start.started, start)
        for start in starts
        if start.started is not None
        and now - KEPT_MS < start.started
        and (start.started <= now or (start.code, start.started) in known)
        and (start.stopped is None or start.stopped > now)
    ]
    running.sort(key=lambda item: (-item[0], item[1].code))
    seen = set()
    for item in running:
        if item[1].code not in seen:
            seen.add(item[1].code)
            yield item


def _begin(state: Treatments, start: Start, started: int, utc_offset: int) -> Treatment:
    treatment = Treatment(start.code, start.habit, started, day_of(started, utc_offset))
    kept = bytearray()
    for place in sorted(state.rows):
        days = state.days(place, treatment.day - BEFORE, treatment.day - 1)
        if any(value is not None for value in days):
            bytes_ = [0 if value is None else TABLE[place].packed(value) for value in days]
            kept += bytes([place, *bytes_, *[0] * (BEFORE - len(days))])
    treatment.before = bytes(kept)
    return treatment


def settle(state: Treatments, day: int) -> None:
    """Make final what is four weeks old on the wearer's `day`, while its days are still kept."""
    for treatment in state.watched:
        if treatment.outcomes is None and day > treatment.day + DAYS:
            found = [(place, compared(state, treatment, place)) for place in treatment.rows()]
            treatment.outcomes = [_final(place, effect) for place, effect in found if effect is not None]
            treatment.before = b""


def _final(place: int, effect: Effect) -> Outcome:
    means = (round(effect.before, 2), round(effect.after, 2), round(effect.half, 2))
    return Outcome(place, *means, effect.days_before, effect.days_after)


def compared(state: Treatments, treatment: Treatment, place: int) -> Effect | None:
    """The comparison of one vital so far."""
    if treatment.outcomes is not None:
        kept = next((outcome for outcome in treatment.outcomes if outcome.place == place), None)
        return (
            None
            if kept is None
            else Effect(kept.before, kept.after, kept.half, kept.days_before, kept.days_after)
        )
    before = usual_before(treatment, place)
    after = state.days(place, treatment.day + 1, treatment.day + DAYS)
    return compare(before, after, TABLE[place].step)


def usual_before(treatment: Treatment, place: int) -> Sequence[float | None]:
    """Values by day before a treatment, oldest first."""
    table = TABLE[place]
    return [table.value(byte) if byte else None for byte in treatment.row(place)]
