"""How well alerts match the planted episodes: found, missed, false, too early or for another condition."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from streams.gateways.simulator.episodes import Episode
from streams.records import Alert

GRACE_MS = 10 * 60_000
"""How long after an episode's end an alert's onset may lie to count as its."""
DAY_MS = 86_400_000
FORETOLD = {"glucose_forecast": "glucose"}
"""Conditions that foretell another one."""
AHEAD_MS = 60 * 60_000
"""How long before an episode an alert may foretell it."""


@dataclass(frozen=True, slots=True)
class Score:
    """Episodes found and false alerts. Only primary episodes count as planted."""

    episodes_planted: int
    episodes_found: int
    alerts: int
    """Alerts, not revisions of alerts."""
    false_alerts: int
    """Alerts above `info` whose wearer had no episode of any condition at that time."""
    other_condition: int
    """Alerts above `info` during an episode, for a condition that the truth does not list at that time."""
    wearer_days: float
    planted_by_condition: Mapping[str, int]
    found_by_condition: Mapping[str, int]
    false_by_condition: Mapping[str, int]
    companions_planted: int
    """Episodes that come along with a primary one, such as the fever of a sepsis."""
    companions_found: int
    missed: list[Episode] = field(default_factory=list)
    false: list[Alert] = field(default_factory=list)

    @property
    def false_alerts_per_wearer_day(self) -> float:
        """False alerts per wearer and day of event time."""
        return self.false_alerts / self.wearer_days if self.wearer_days else 0.0


def score(
    truth: Iterable[Episode],
    revisions: Iterable[Alert],
    wearers: int,
    start: int,
    end: int,
    *,
    grace_ms: int = GRACE_MS,
) -> Score:
    """Match alerts to episodes.

    `start` and `end` bound the event time (ms) that was processed; when a run was cut short, episodes that
    were not over by `end` do not count as planted but still explain alerts. An episode is found when an
    alert of its wearer and condition has its onset from the episode's start to `grace_ms` after its end. An
    alert that foretells a condition is explained by an episode that begins within the hour.
    """
    lines = defaultdict(list)
    for episode in truth:
        lines[episode.wearer].append(episode)
    lives = _lives(revisions)
    by_wearer = defaultdict(list)
    for alert, _ in lives:
        by_wearer[alert.wearer].append(alert)
    counted = [e for own in lines.values() for e in own if e.end <= end]
    found = [e for e in counted if any(_finds(e, a, grace_ms) for a in by_wearer[e.wearer])]
    loud = [alert for alert, was_loud in lives if was_loud]
    false = [a for a in loud if not any(_explains(e, a, grace_ms) for e in lines[a.wearer])]
    strict = [a for a in loud if not any(_explains(e, a, grace_ms, same=True) for e in lines[a.wearer])]
    primary = [e for e in counted if e.primary]
    hits = [e for e in found if e.primary]
    seen = {id(e) for e in hits}
    return Score(
        episodes_planted=len(primary),
        episodes_found=len(hits),
        alerts=len(lives),
        false_alerts=len(false),
        other_condition=len(strict) - len(false),
        wearer_days=wearers * max(end - start, 0) / DAY_MS,
        planted_by_condition=Counter(e.condition for e in primary),
        found_by_condition=Counter(e.condition for e in hits),
        false_by_condition=Counter(a.condition for a in false),
        companions_planted=len(counted) - len(primary),
        companions_found=len(found) - len(hits),
        missed=[e for e in primary if id(e) not in seen],
        false=false,
    )


def _lives(revisions: Iterable[Alert]) -> list[tuple[Alert, bool]]:
    """Give each alert's first revision and whether it was ever above `info`."""
    first: dict[str, Alert] = {}
    loud: set[str] = set()
    for alert in revisions:
        kept = first.get(alert.id)
        if kept is None or alert.revision < kept.revision:
            first[alert.id] = alert
        if alert.priority != "info":
            loud.add(alert.id)
    return [(alert, alert.id in loud) for alert in first.values()]


def _finds(episode: Episode, alert: Alert, grace_ms: int) -> bool:
    return alert.condition == episode.condition and _explains(episode, alert, grace_ms)


def _explains(episode: Episode, alert: Alert, grace_ms: int, *, same: bool = False) -> bool:
    """Whether the alert came with the episode, or foretold it; if `same`, of its own condition."""
    foretells = FORETOLD.get(alert.condition) == episode.condition
    earliest = episode.start - (AHEAD_MS if foretells else 0)
    in_time = earliest <= alert.onset <= episode.end + grace_ms
    return in_time and (not same or foretells or alert.condition == episode.condition)
