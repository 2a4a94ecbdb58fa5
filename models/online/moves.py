"""Whether a usual has moved, from what to what, since when, and by body or sensor.

River's Page-Hinkley test says whether (Page 1954, Biometrika 41:100); the best place to cut the newest days
in two says when. A sensor that slips or is changed moves at once, by the same at all hours, and alone; an
illness takes hours to days, and takes other vitals along. Where the intervals between beats are measured too,
the gap between the pulse and theirs (`gap`) tells of the pulse's sensor at once: no body opens it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from river import drift

from models.online.clock import BINS, Clock

Kind = Literal["body", "sensor", "unknown"]

TOLERATED: Final = 0.5
"""Shift of the mean, in spreads, that Page-Hinkley lets pass."""
THRESHOLD: Final = 4.0
"""Sum of shifts beyond the tolerated, in spreads, at which it speaks."""
SURE: Final = 4.5
"""The two sides of the cut differ by this many standard errors."""
FEWEST: Final = 3
"""Fewest blocks before the cut."""
LASTING: Final = {"hr": 14}
DAY: Final = BINS
"""Blocks after the cut before it is called a move: a day, so that every hour and context is in it. A pulse
takes a second night where nothing else tells: one that is high for a night and a day is common."""
AWAY: Final = 0.5
"""At least this much of the whole move leads away from the usual: the end of a fever leads back to it."""
ABRUPT: Final = 0.6
"""Of the whole move this much shows in the first two blocks after the cut."""
ONWARD: Final = 0.3
"""And what is added from the first half of the time since then to the second is at most this much."""
EVEN: Final = 0.5
"""By night and by day the move may differ by this share of it."""
QUIET: Final = 0.9
LOUD: Final = 2.0
"""Spreads that another vital has surely moved by: two beyond the first or one beyond the second go along."""
WITNESSES: Final = 2
"""Other vitals that have to be quiet, so that one can be said to move alone."""
LEAST: Final = {"hr": 3.5, "rr": 1.5, "spo2": 1.2, "temp": 0.3, "hrv": 0.35, "gap": 3.0}
"""Smallest move that is told, in the vital's unit: below it lie ordinary days."""
OFFSET: Final = {"hr": 4.0, "temp": 0.35, "spo2": 1.8, "gap": 3.0}
"""Smallest move that can be a sensor's, of the vitals that have a sensor of their own: beyond what the first
day of an illness does alone."""
NIGHT: Final = (0, 1)
"""Blocks of the local day in which most people sleep, 0 to 6 h."""


@dataclass(frozen=True, slots=True)
class Move:
    """A usual that has moved."""

    signal: str
    by: float
    """In the vital's unit."""
    blocks: int
    """Blocks since then."""
    kind: Kind


@dataclass(frozen=True, slots=True)
class _Off:
    """A block beside its usual."""

    back: int
    """Blocks before the newest."""
    place: int
    """Block of the local day."""
    by: float
    weight: float
    """One over the variance of this block of the day."""


@dataclass(frozen=True, slots=True)
class _Cut:
    before: Sequence[_Off]
    since: Sequence[_Off]
    by: float

    @property
    def blocks(self) -> int:
        return self.since[0].back + 1


def moves(clocks: Mapping[str, Clock], block: int) -> list[Move]:
    """Moves that have lasted long enough; `block` is the number of the newest closed one.

    A move of `gap` comes together with one of `hr` by the same, and is told as that.
    """
    return [move for move in _found(clocks, block) if move.blocks >= LASTING.get(move.signal, DAY)]


def suspects(clocks: Mapping[str, Clock], block: int) -> list[str]:
    """Vitals that have moved lately in a way that only a sensor does: at once and alone."""
    found = {move.signal for move in _found(clocks, block) if move.kind == "sensor"}
    return sorted({"hr" if signal == "gap" else signal for signal in found})


def _found(clocks: Mapping[str, Clock], block: int) -> list[Move]:
    offs = {name: _offs(name, clock, block) for name, clock in clocks.items()}
    cuts = {name: cut for name, off in offs.items() if (cut := _cut(name, off)) is not None}
    return [Move(name, cut.by, cut.blocks, _kind(name, cut, offs)) for name, cut in cuts.items()]


def _offs(name: str, clock: Clock, block: int) -> list[_Off]:
    found = []
    differences = clock.differences(name)
    for i, by in enumerate(differences):
        if by is not None:
            back = len(differences) - 1 - i
            place = (block - back) % BINS
            found.append(_Off(back, place, by, clock.spread_at(name, place) ** -2))
    return found


def _cut(name: str, offs: list[_Off]) -> _Cut | None:
    """The best place to cut the newest blocks in two, if the sides differ beyond doubt."""
    if len(offs) < FEWEST + 2 or not _speaks(offs):
        return None
    all_weight, all_sum = sum(o.weight for o in offs), sum(o.weight * o.by for o in offs)
    weight = total = most = step = 0.0
    place = 0
    for k in range(1, len(offs) - 1):
        weight += offs[k - 1].weight
        total += offs[k - 1].weight * offs[k - 1].by
        if k < FEWEST:
            continue
        here = (all_sum - total) / (all_weight - weight) - total / weight
        gain = here * here * weight * (all_weight - weight) / all_weight
        if gain > most:
            most, place, step = gain, k, here
    # The gain is the square of the step in standard errors.
    if math.sqrt(most) < SURE or abs(step) < LEAST[name]:
        return None
    cut = _Cut(offs[:place], offs[place:], step)
    return cut if _mean(cut.since) / step >= AWAY else None


def _speaks(offs: list[_Off]) -> bool:
    test = drift.PageHinkley(min_instances=4, delta=TOLERATED, threshold=THRESHOLD, alpha=1.0)
    for off in offs:
        test.update(off.by * math.sqrt(off.weight))
        if test.drift_detected:
            return True
    return False


def _kind(name: str, cut: _Cut, offs: Mapping[str, list[_Off]]) -> Kind:
    if abs(cut.by) < OFFSET.get(name, math.inf) or not _abrupt(cut) or not _even(cut):
        return "body"
    if name == "gap":
        return "sensor"
    others = {other: _moved(off, cut.blocks) for other, off in offs.items() if other != name}
    gap = others.pop("gap", None)
    if name == "hr" and gap is not None:
        return "sensor" if gap > LOUD else "body"
    measured = [spreads for spreads in others.values() if spreads is not None]
    along = sum(spreads > QUIET for spreads in measured) + sum(spreads > LOUD for spreads in measured)
    if along > 1:
        return "body"
    return "sensor" if len(measured) >= WITNESSES else "unknown"


def _moved(offs: list[_Off], blocks: int) -> float | None:
    """How far another vital has surely moved at the same time, in its spreads."""
    before, since = [o for o in offs if o.back >= blocks], [o for o in offs if o.back < blocks]
    if len(before) < 2 or not since:
        return None
    spread = math.sqrt(len(since) / sum(o.weight for o in since))
    return (abs(_mean(since) - _mean(before)) - _error(before, since)) / spread


def _abrupt(cut: _Cut) -> bool:
    """Whether the move was there at once, and has not gone on since."""
    half = len(cut.since) // 2
    onward = (_mean(cut.since[half:]) - _mean(cut.since[:half])) / cut.by
    return (_mean(cut.since[:2]) - _mean(cut.before)) / cut.by >= ABRUPT and onward <= ONWARD


def _even(cut: _Cut) -> bool:
    """Whether the move is the same by night and by day, as far as both were measured since."""
    night = [o for o in cut.since if o.place in NIGHT]
    day = [o for o in cut.since if o.place not in NIGHT]
    if not night or not day:
        return True
    return abs(_mean(night) - _mean(day)) <= max(EVEN * abs(cut.by), 1.5 * _error(night, day))


def _mean(offs: Sequence[_Off]) -> float:
    return sum(o.weight * o.by for o in offs) / sum(o.weight for o in offs)


def _error(one: Sequence[_Off], other: Sequence[_Off]) -> float:
    """Standard error of the difference of two weighted means."""
    return math.sqrt(1 / sum(o.weight for o in one) + 1 / sum(o.weight for o in other))
