"""Which alert belongs to which episode: an alert's life as its subscribers saw it, and what explains it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from streams.gateways.simulator.episodes import HOUR, MINUTE, Episode
from streams.records import Alert, Condition, Priority, Status

GRACE_MS = 10 * MINUTE
"""How long after an episode's end an alert's onset may lie to count as its."""
FORETOLD = {"glucose_forecast": "glucose"}
"""Conditions that foretell another one."""
AHEAD_MS = 60 * MINUTE
"""How long before an episode an alert may foretell it."""

LASTING: Mapping[Condition, tuple[int, frozenset[Condition]]] = {
    "illness": (36 * HOUR, frozenset({"illness", "anomaly", "fever", "resting_heart_rate"})),
    "sensor_drift": (36 * HOUR, frozenset({"sensor_drift", "collect_again"})),
    "treatment": (6 * HOUR, frozenset({"treatment", "anomaly", "resting_heart_rate"})),
}
"""Conditions of days: their grace, and the only alerts that they explain (a short episode explains any)."""
INFECTIONS: frozenset[Condition] = frozenset({"fever", "deterioration", "shock", "anomaly"})
AFTERMATH_MS = 36 * HOUR
"""A look back over days may speak of an infection so long after a short one's end."""
TELLING: frozenset[Status] = frozenset({"raised", "escalated", "reminded"})
"""Revisions by which the system speaks of its own accord; the others are answers to people, or the end."""
LOUDNESS: Mapping[Priority, int] = {"info": 0, "low": 1, "medium": 2, "high": 3}


@dataclass(slots=True)
class Life:
    """One alert from its raise to its end. Times are event times, ms UTC."""

    alert: Alert
    """Its first revision."""
    loudest: Priority
    told: dict[Condition, list[int]]
    """When each of its conditions was told, ascending."""
    ended: int | None = None
    """When it was resolved."""

    @property
    def loud(self) -> bool:
        """Whether it was ever above `info`."""
        return self.loudest != "info"

    def times(self, condition: Condition) -> list[int]:
        """Give the times that speak for this condition: when the alert says it began, when it was told."""
        own = condition == self.alert.condition and condition not in LASTING
        return [self.alert.onset, *self.told[condition]] if own else self.told[condition]


def lives_of(revisions: Iterable[Alert]) -> list[Life]:
    """Put revisions, in any order, together to lives, in the order of their first mention."""
    by_id: dict[str, list[Alert]] = {}
    for alert in revisions:
        by_id.setdefault(alert.id, []).append(alert)
    return [_life(sorted(own, key=lambda a: a.revision)) for own in by_id.values()]


def _life(own: list[Alert]) -> Life:
    told: dict[Condition, list[int]] = {}
    for alert in own:
        if alert.status in TELLING or alert is own[0]:
            for condition in (alert.condition, *alert.also):
                told.setdefault(condition, []).append(alert.updated)
    ended = next((a.updated for a in reversed(own) if a.status == "resolved"), None)
    return Life(own[0], max((a.priority for a in own), key=LOUDNESS.__getitem__), told, ended)


def finds(episode: Episode, life: Life, grace_ms: int = GRACE_MS) -> bool:
    """Whether a life of the episode's wearer has its condition, in any revision that came in time."""
    condition = episode.condition
    return condition in life.told and any(_in_time(episode, at, grace_ms) for at in life.times(condition))


def delay(episode: Episode, life: Life) -> int:
    """Give how long after its start a found episode was told by this life, ms."""
    return (
        next((at for at in life.told[episode.condition] if at >= episode.start), episode.end) - episode.start
    )


def explains(episode: Episode, life: Life, grace_ms: int = GRACE_MS, *, same: bool = False) -> bool:
    """Whether the alert came with the episode, or foretold it; if `same`, of its own condition."""
    return any(_explains(episode, c, at, grace_ms, same) for c in life.told for at in _first(life, c))


def _first(life: Life, condition: Condition) -> list[int]:
    """Give the time by which an alert is true or false for a condition: its begin, not its reminders."""
    return life.times(condition)[:1]


def true_alarm(episodes: Iterable[Episode], alert: Alert) -> bool:
    """Whether one of its wearer's episodes explains this revision: what an honest person would answer."""
    life = _life([alert])
    return any(explains(episode, life) for episode in episodes)


def _explains(episode: Episode, condition: Condition, at: int, grace_ms: int, same: bool) -> bool:
    own = episode.condition
    if FORETOLD.get(condition) == own and episode.start - AHEAD_MS <= at <= episode.end + grace_ms:
        return True
    if same and condition != own:
        return False
    if own in LASTING and condition not in LASTING[own][1]:
        return False
    if condition == "illness" and own in INFECTIONS:
        grace_ms = max(grace_ms, AFTERMATH_MS)
    return _in_time(episode, at, grace_ms)


def _in_time(episode: Episode, at: int, grace_ms: int) -> bool:
    if episode.condition in LASTING:
        grace_ms = max(grace_ms, LASTING[episode.condition][0])
    return episode.start <= at <= episode.end + grace_ms
