"""How well alerts match the planted episodes: found, missed, false, too early or for another condition."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from streams.gateways.simulator.episodes import Episode
from streams.gateways.simulator.matching import GRACE_MS, Life, delay, explains, finds, lives_of
from streams.records import Alert

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Score:
    """Episodes found and false alerts. Only primary episodes count as planted."""

    episodes_planted: int
    episodes_found: int
    alerts: int
    """Alerts, not revisions of alerts."""
    false_alerts: int
    """Alerts above `info` that no episode of their wearer explains."""
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
    """Their first revisions."""
    alerts_by_priority: Mapping[str, int] = field(default_factory=dict)
    """By the highest priority of their life."""
    false_by_priority: Mapping[str, int] = field(default_factory=dict)
    delays_ms: Mapping[str, list[int]] = field(default_factory=dict)
    """From the episode's start to the event time at which its condition was told, by condition, ascending."""

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
    alert of its wearer has its condition, alone or joined with others in any revision, from the episode's
    start to `grace_ms` after its end; conditions of days have a grace of their own (`matching.LASTING`). An
    alert that foretells a condition is explained by an episode that begins within the hour.
    """
    lines, lives = defaultdict(list), defaultdict(list)
    for episode in truth:
        lines[episode.wearer].append(episode)
    for life in lives_of(revisions):
        lives[life.alert.wearer].append(life)
    counted = [e for own in lines.values() for e in own if e.end <= end]
    delays = {id(e): _delay(e, lives[e.wearer], grace_ms) for e in counted}
    primary = [e for e in counted if e.primary]
    hits = [e for e in primary if delays[id(e)] is not None]
    every = [life for own in lives.values() for life in own]
    false = [x for x in every if x.loud and not _explained(x, lines[x.alert.wearer], grace_ms)]
    strict = [x for x in every if x.loud and not _explained(x, lines[x.alert.wearer], grace_ms, same=True)]
    companions = [e for e in counted if not e.primary]
    return Score(
        episodes_planted=len(primary),
        episodes_found=len(hits),
        alerts=len(every),
        false_alerts=len(false),
        other_condition=len(strict) - len(false),
        wearer_days=wearers * max(end - start, 0) / DAY_MS,
        planted_by_condition=Counter(e.condition for e in primary),
        found_by_condition=Counter(e.condition for e in hits),
        false_by_condition=Counter(x.alert.condition for x in false),
        companions_planted=len(companions),
        companions_found=sum(delays[id(e)] is not None for e in companions),
        missed=[e for e in primary if delays[id(e)] is None],
        false=[x.alert for x in false],
        alerts_by_priority=Counter(x.loudest for x in every),
        false_by_priority=Counter(x.loudest for x in false),
        delays_ms=_by_condition(hits, delays),
    )


def _delay(episode: Episode, lives: Iterable[Life], grace_ms: int) -> int | None:
    """Give how long after its start an episode was told (ms); None when it was not found."""
    return min((delay(episode, life) for life in lives if finds(episode, life, grace_ms)), default=None)


def _by_condition(hits: Iterable[Episode], delays: Mapping[int, int | None]) -> dict[str, list[int]]:
    found = defaultdict(list)
    for episode in hits:
        delay = delays[id(episode)]
        if delay is not None:
            found[episode.condition].append(delay)
    return {condition: sorted(own) for condition, own in found.items()}


def _explained(life: Life, lines: Iterable[Episode], grace_ms: int, *, same: bool = False) -> bool:
    return any(explains(episode, life, grace_ms, same=same) for episode in lines)
