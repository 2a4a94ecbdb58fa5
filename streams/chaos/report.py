"""What is told of rounds: as JSON, and as the table of the docs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median

import msgspec
from msgspec import Struct

from streams.chaos.verdict import Verdict


class RoundReport(Struct, frozen=True):
    """One fault, once."""

    fault: str
    round: int
    moment_s: float
    """How long there was load before the fault, s."""
    scoring_s: float | None
    """Until every partition was scored again, s; None = not in time."""
    caught_up_s: float | None
    """Until all that was handed over before was committed, s; None = not in time."""
    packets: int
    """Packets of the run so far, all of them compared."""
    alerts: int
    """Alert revisions of the run so far."""
    verdict: Verdict
    ends: list[str] = []
    """What ended workers in it."""
    trouble: str = ""
    """Why it did not come to an end."""

    @property
    def clean(self) -> bool:
        """Whether it came to an end and nothing differs."""
        return not self.trouble and self.verdict.clean


class Report(Struct, frozen=True):
    """A run of `vitalstream chaos`."""

    seed: int
    wearers: int
    packets_per_s: float
    rounds: list[RoundReport]
    skipped: dict[str, str] = {}
    """Faults that could not be tried, and why."""

    @property
    def clean(self) -> bool:
        """Whether every round was."""
        return all(one.clean for one in self.rounds)


class Row(Struct, frozen=True):
    """The rounds of one fault, summed up."""

    fault: str
    rounds: int
    lost: int
    repeated: int
    state_equal: int
    """Rounds after which state and content of alerts were those of an uninterrupted run."""
    scoring: tuple[float, float] | None
    """Median and longest time until every partition was scored again, s."""
    caught_up: tuple[float, float] | None
    failed: int
    """Rounds that did not come to an end or in which anything differed."""


def rows(rounds: Iterable[RoundReport]) -> list[Row]:
    """A row for each fault, in the order of first rounds."""
    by_fault: dict[str, list[RoundReport]] = {}
    for one in rounds:
        by_fault.setdefault(one.fault, []).append(one)
    return [_row(fault, found) for fault, found in by_fault.items()]


def _row(fault: str, rounds: Sequence[RoundReport]) -> Row:
    verdicts = [one.verdict for one in rounds]
    return Row(
        fault,
        len(rounds),
        lost=max(v.lost for v in verdicts),
        repeated=max(v.repeated for v in verdicts),
        state_equal=sum(one.verdict.same and not one.trouble for one in rounds),
        scoring=_spread(one.scoring_s for one in rounds),
        caught_up=_spread(one.caught_up_s for one in rounds),
        failed=sum(not one.clean for one in rounds),
    )


def _spread(seconds: Iterable[float | None]) -> tuple[float, float] | None:
    known = [one for one in seconds if one is not None]
    return (median(known), max(known)) if known else None


def spread(found: tuple[float, float] | None) -> str:
    """Median and longest, in words."""
    return "–" if found is None else f"{found[0]:.1f} / {found[1]:.1f} s"


def to_json(report: Report) -> bytes:
    """All of it, for programs."""
    return msgspec.json.format(msgspec.json.encode(report), indent=2) + b"\n"
