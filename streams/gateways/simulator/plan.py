"""When what happens to whom: episodes and the small faults of everyday devices, planned ahead by seed."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from msgspec.structs import replace

from streams.gateways.simulator.courses import Maker
from streams.gateways.simulator.episodes import HOUR, MINUTE, Course, Planned, Rates
from streams.gateways.simulator.people import Cohort, Rng
from streams.records import Condition

# Minutes that harmless faults last. A sync gap stays below half an hour, else it would count as stale data.
_LASTS = {"contact": (1.0, 8.0), "flat": (1.0, 5.0), "hold": (4.0, 24.0), "clock": (3.0, 10.0)}

HEIGHT_MS = 45 * MINUTE
_AHEAD = (20.0, 180.0)  # minutes: a wrong time zone, an hour not set back


def plan(seed: int, cohort: Cohort, rates: Rates, start: int, end: int) -> list[Planned]:
    """Plan all wearers' events between two times (ms), in order of their starts.

    A wearer's plan depends on the seed and the wearer's number, so a longer simulation begins like a
    shorter one. An episode that could not show itself before `end` is not planted; the truth of one that
    is cut short ends there.
    """
    planned: list[Planned] = []
    for who in range(len(cohort)):
        episodes = list(_episodes(np.random.default_rng([seed, 1, who]), cohort, who, rates, start, end))
        planned += episodes
        planned += (f for f in _faults(seed, who, rates, start, end) if not _hides(f.course, episodes))
    return sorted(planned, key=lambda p: (p.course.start, p.course.who))


def _episodes(rng: Rng, cohort: Cohort, who: int, rates: Rates, start: int, end: int) -> Iterator[Planned]:
    conditions = _possible(rates.conditions, cohort, who)
    if rates.episode_hours <= 0 or not conditions:
        return
    maker = Maker(rng, cohort, who)
    spacing = rates.spacing_minutes * MINUTE
    at = start + rates.warmup_hours * HOUR
    while True:
        # The wait is what is left of the mean cycle after the spacing and a mean episode of 1.5 hours.
        wait = rng.exponential(max(rates.episode_hours * HOUR - spacing - 1.5 * HOUR, 0.1 * HOUR))
        made = maker.make(conditions[rng.integers(len(conditions))], round(at + wait))
        if made.course.start >= end:
            return
        if shows_at(made.course) <= end:
            truth = tuple(replace(line, end=min(line.end, end)) for line in made.truth)
            yield Planned(made.course, truth)
        at = made.course.end + spacing


def _hides(fault: Course, episodes: list[Planned]) -> bool:
    """Whether a fault takes so much of an episode away that nobody could have found it."""
    if fault.fault not in ("contact", "flat"):
        return False
    spans = ((p.course.start, p.course.end) for p in episodes if not p.course.fault)
    return any(min(fault.end, end) - max(fault.start, start) > (end - start) / 4 for start, end in spans)


def shows_at(course: Course) -> int:
    """Give when a course has been at its height for a while (ms): before that nobody could know."""
    return course.start + course.rise + min(course.end - course.fall - course.start - course.rise, HEIGHT_MS)


def _possible(conditions: tuple[Condition, ...], cohort: Cohort, who: int) -> tuple[Condition, ...]:
    """Leave out what only a device that the wearer lacks could show."""
    has = {"glucose": cohort.cgm[who], "blood_pressure": cohort.cuff[who], "shock": cohort.cuff[who]}
    return tuple(c for c in conditions if has.get(c, True))


def _faults(seed: int, who: int, rates: Rates, start: int, end: int) -> Iterator[Planned]:
    per_day = {
        "contact": rates.contact_per_day,
        "flat": rates.flat_per_day,
        "hold": rates.sync_gap_per_day,
        "clock": rates.clock_per_day,
    }
    for kind, (fault, rate) in enumerate(per_day.items()):
        rng = np.random.default_rng([seed, 2, who, kind])
        at = float(start)
        while rate > 0:
            at += rng.exponential(24 * HOUR / rate)
            if at >= end:
                break
            stop = round(at + rng.uniform(*_LASTS[fault]) * MINUTE)
            add = {"clock": rng.uniform(*_AHEAD) * MINUTE} if fault == "clock" else {}
            yield Planned(Course(who, round(at), stop, 0, 0, add, {}, fault=fault))
            at = stop
