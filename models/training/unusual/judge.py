"""Who finds what, and how early: the autoencoder beside River's score, at the same rate of false alarms."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.asking import HOUR_CHANNELS
from models.signals.windows import MINUTE
from models.training.metrics import Figures, auroc
from models.training.report import Report, known
from models.training.unusual.data import EVERY, FAULTS, HOUR, Days
from models.training.unusual.table import share_gap

BUDGET = 1.0
"""Hours of ordinary wear in a week in which there may be an alarm."""
BUDGET_HEART = 7.0
"""The same where only the heart is known: without movement, ordinary effort looks like an alarm."""
GRACE_MS = 10 * MINUTE
"""How long after its end an episode still counts as found."""
_WEEK_HOURS = 168

Array = NDArray[np.float64]
CONDITIONS = ("anomaly", "deterioration", "desaturation", "fever", "resting_heart_rate", "rhythm")


@dataclass(frozen=True, slots=True)
class Scored:
    """One person's hours with both scores."""

    days: Days
    rarity: Array
    """[n] of the network."""

    def score(self, name: str) -> Array:
        """The network's (`unusual`) or River's (`river`)."""
        return self.rarity if name == "unusual" else self.days.river


def alarm_hours(people: Sequence[Scored], name: str, threshold: float) -> int:
    """How many hours of the clock hold an alarm in ordinary wear."""
    return sum(_alarms(person.days, person.score(name) >= threshold) for person in people)


def _alarms(days: Days, said: NDArray[np.bool_]) -> int:
    return len(np.unique(days.ends[days.ordinary & said] // HOUR))


def ordinary_weeks(person: Scored) -> float:
    """Weeks of ordinary wear that could be asked."""
    return float(person.days.ordinary.sum()) * EVERY / 60 / _WEEK_HOURS


def threshold_for(people: Sequence[Scored], name: str, budget: float) -> float:
    """The lowest threshold with at most `budget` alarm hours in a week of ordinary wear, to 1e-4."""
    allowed = budget * sum(map(ordinary_weeks, people))
    scores = np.concatenate([person.score(name)[person.days.ordinary] for person in people])
    falling = np.sort(scores)[::-1]
    low, high = 0, len(falling) - 1
    while low < high:
        middle = (low + high + 1) // 2
        if alarm_hours(people, name, float(falling[middle])) <= allowed:
            low = middle
        else:
            high = middle - 1
    return float(np.ceil(falling[low] * 1e4) / 1e4)


def minutes_to_alarm(person: Scored, name: str, threshold: float) -> Array:
    """Minutes from the start of each episode to the first alarm in it; inf where there was none."""
    days, said = person.days, person.score(name) >= threshold
    found = []
    for episode in episodes(days):
        inside = (days.ends >= episode.start) & (days.ends <= episode.end + GRACE_MS) & said
        # The last minute of an hour is over when the hour is asked.
        first = days.ends[inside][0] + MINUTE - episode.start if inside.any() else np.inf
        found.append(first / MINUTE)
    return np.array(found, np.float64)


def episodes(days: Days) -> list[Any]:
    """What was planted or happened to this person; not to the device, and no mere companions."""
    return [found for found in days.episodes if found.primary and found.condition not in FAULTS]


def _inside(days: Days) -> NDArray[np.int8]:
    """1 in an episode, 0 in ordinary wear, -1 otherwise."""
    state = np.where(days.ordinary, 0, -1).astype(np.int8)
    for episode in episodes(days):
        state[(days.ends >= episode.start) & (days.ends <= episode.end)] = 1
    return state


def _columns(person: Scored, limits: dict[str, float]) -> tuple[NDArray[Any], ...]:
    kinds = np.array([CONDITIONS.index(found.condition) for found in episodes(person.days)], np.int64)
    delays = [minutes_to_alarm(person, name, limits[name]) for name in ("unusual", "river")]
    said = [person.score(name) >= limits[name] for name in ("unusual", "river")]
    alarms = np.array([[_alarms(person.days, flags) for flags in (*said, said[0] | said[1])]])
    weeks = np.array([ordinary_weeks(person)])
    return (person.rarity, person.days.river, _inside(person.days), kinds, *delays, alarms, weeks)


def judge(
    rarity: Array,
    river: Array,
    inside: NDArray[np.int8],
    kinds: NDArray[np.int64],
    ours: Array,
    theirs: Array,
    alarms: NDArray[np.int64],
    weeks: Array,
) -> Figures:
    """AUROC over hours, episodes found, minutes to the alarm, who is first, calibration.

    `inside`: 1 in an episode, 0 in ordinary wear, else -1. `kinds`, `ours`, `theirs`: condition of each
    episode, minutes to each score's alarm. `alarms` [people, 3]: hours of ours, theirs, either.
    """
    known = inside >= 0
    either = np.isfinite(ours) | np.isfinite(theirs)
    weekly = alarms.sum(axis=0) / max(weeks.sum(), 1e-9)
    out: Figures = {
        "auroc": auroc(rarity[known], inside[known] == 1),
        "auroc_river": auroc(river[known], inside[known] == 1),
        "found": _mean(np.isfinite(ours)),
        "found_river": _mean(np.isfinite(theirs)),
        "found_either": _mean(either),
        "minutes": _median(ours),
        "minutes_river": _median(theirs),
        "earlier": _mean((ours < theirs)[either]),
        "earlier_river": _mean((theirs < ours)[either]),
        "alarm_hours_per_week": float(weekly[0]),
        "alarm_hours_per_week_river": float(weekly[1]),
        "alarm_hours_per_week_either": float(weekly[2]),
        "ece": share_gap(rarity[inside == 0]),
    }
    for level in (1, 2, 3):
        out[f"ordinary_beyond_{level}"] = _mean(rarity[inside == 0] >= level)
    for number, condition in enumerate(CONDITIONS):
        mine = kinds == number
        if mine.any():
            out[f"found_{condition}"] = _mean(np.isfinite(ours[mine]))
            out[f"found_{condition}_river"] = _mean(np.isfinite(theirs[mine]))
            out[f"minutes_{condition}"] = _median(ours[mine])
            out[f"minutes_{condition}_river"] = _median(theirs[mine])
    return out


def _mean(flags: NDArray[Any]) -> float:
    return float(flags.mean()) if flags.size else float("nan")


def _median(minutes: Array) -> float:
    found = minutes[np.isfinite(minutes)]
    return float(np.median(found)) if found.size else float("nan")


def report(people: Sequence[Scored], limits: dict[str, float], version: str) -> Report:
    """Figures over people with at least one hour; `limits` are the thresholds of `unusual` and `river`.

    `asked_in_stream` is the share of hours that the stream would ask: those with three vitals or more.
    """
    asked = [person for person in people if len(person.rarity)]
    happened = [found.condition for person in asked for found in episodes(person.days)]
    counts = {name: happened.count(name) for name in CONDITIONS if name in happened}
    extra = {
        "thresholds": limits,
        "asked_in_stream": _asked(asked),
        "episodes": len(happened),
        "episodes_by_condition": counts,
    }
    return Report("unusual", version, [_columns(person, limits) for person in asked], judge, extra)


def _asked(people: Sequence[Scored]) -> float | None:
    worn = [(~np.isnan(person.days.rows)).any(axis=1).sum(axis=1) for person in people]
    return known(_mean(np.concatenate(worn) >= HOUR_CHANNELS)) if worn else None
