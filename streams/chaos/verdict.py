"""What must have come out, what has come out, and how they differ. Pure: no server is asked here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from msgspec import Struct

from streams.records import Alert, Outcome

Letter = tuple[int, int, str]
"""A dead letter: partition and offset of the record, and why."""


@dataclass(slots=True)
class Account:
    """All that a run of the core over a log leads to."""

    outcomes: Counter[Outcome] = field(default_factory=Counter)
    """What became of the packets, as counted in the stored state."""
    alerts: list[Alert] = field(default_factory=list)
    """Revisions as they were told, a wearer's in order."""
    letters: set[Letter] = field(default_factory=set)
    state: dict[Hashable, Any] = field(default_factory=dict)
    """State by wearer, and of each partition by its number."""


@dataclass(slots=True)
class Found(Account):
    """What servers hold after faults, and what was handed to them."""

    sent: int = 0
    """Packets that Kafka has said it took."""
    logged: int = 0
    """Packets that are in its log."""
    uncopied: int = 0
    """Profiles and answers that Kafka took and that are not in that log."""
    waiting: int = 0
    """Alerts that the stored state still holds back for the sink."""


class Verdict(Struct, frozen=True):
    """How what was found differs from an uninterrupted run; all zero when nothing was lost or repeated."""

    lost: int = 0
    """Packets that came to no end, profiles and answers nobody heard, alerts and dead letters missing."""
    repeated: int = 0
    """Packets counted twice, and alerts told twice."""
    invented: int = 0
    """Alerts and dead letters that an uninterrupted run does not have."""
    different: int = 0
    """Alerts with another content."""
    out_of_order: int = 0
    """Wearers whose alerts came in another order."""
    state_differs: int = 0
    """Wearers and partitions whose state is another."""
    unsettled: int = 0
    """Alerts that still wait."""

    @property
    def clean(self) -> bool:
        """Whether there is no difference at all."""
        return not self.violations

    @property
    def same(self) -> bool:
        """Whether state, and what alerts say, are those of an uninterrupted run."""
        return not any((self.state_differs, self.different, self.invented, self.unsettled))

    @property
    def violations(self) -> list[str]:
        """What differs, in words."""
        counts = {name: getattr(self, name) for name in self.__struct_fields__}
        return [f"{count} {name.replace('_', ' ')}" for name, count in counts.items() if count]


def judge(expected: Account, found: Found) -> Verdict:
    """Compare what servers hold with an uninterrupted run of the pure core over the same log."""
    ended = sum(found.outcomes.values())
    wanted, told = _by_revision(expected.alerts), _by_revision(found.alerts)
    counts = Counter((alert.id, alert.revision) for alert in found.alerts)
    return Verdict(
        lost=max(0, found.sent - found.logged)
        + max(0, found.logged - ended)
        + _off(expected.outcomes, found.outcomes)
        + found.uncopied
        + len(wanted.keys() - told.keys())
        + len(expected.letters - found.letters),
        repeated=max(0, found.logged - found.sent)
        + max(0, ended - found.logged)
        + sum(count - 1 for count in counts.values()),
        invented=len(told.keys() - wanted.keys()) + len(found.letters - expected.letters),
        different=sum(told[key] != wanted[key] for key in told.keys() & wanted.keys()),
        out_of_order=_out_of_order(expected.alerts, found.alerts),
        state_differs=len(_differing(expected.state, found.state)),
        unsettled=found.waiting,
    )


def _off(expected: Mapping[Outcome, int], found: Mapping[Outcome, int]) -> int:
    """Packets that came to another end than they should, of as many as came to one."""
    missing = sum(max(0, count - found.get(outcome, 0)) for outcome, count in expected.items())
    return missing if sum(expected.values()) == sum(found.values()) else 0


def _by_revision(alerts: Iterable[Alert]) -> dict[tuple[str, int], Alert]:
    return {(alert.id, alert.revision): alert for alert in alerts}


def _out_of_order(expected: Sequence[Alert], found: Sequence[Alert]) -> int:
    wanted, told = _by_wearer(expected), _by_wearer(found)
    # What is missing or too much is counted elsewhere: here only what both have.
    return sum(
        [one for one in told[wearer] if one in set(wanted[wearer])]
        != [one for one in wanted[wearer] if one in set(told[wearer])]
        for wearer in told.keys() & wanted.keys()
    )


def _by_wearer(alerts: Iterable[Alert]) -> dict[str, list[tuple[str, int]]]:
    lines: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
    for alert in alerts:
        revision = alert.id, alert.revision
        if revision not in lines[alert.wearer]:
            lines[alert.wearer].append(revision)
    return lines


def _differing(expected: Mapping[Hashable, Any], found: Mapping[Hashable, Any]) -> set[Hashable]:
    missing = object()
    return {
        name
        for name in expected.keys() | found.keys()
        if expected.get(name, missing) != found.get(name, missing)
    }
