"""What an evaluation found: counts, figures with intervals over people, and how they go into a manifest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import msgspec
import numpy as np

from models.deep.manifest import Interval, ModelEntry
from models.training.metrics import Columns, Figures, bootstrap

ROUNDS = 500
"""Draws of people for an interval."""


@dataclass(frozen=True)
class Report:
    """Answers and truth of each person, and the function that judges them all together."""

    model: str
    version: str
    people: Sequence[Columns]
    """One entry a person, its columns with one row a window (or stay, or person)."""
    judge: Callable[..., Figures]
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Further plain data, e.g. thresholds, figures by group, counts of labels."""
    rows: str = "windows"
    """What a row is called in the counts."""

    @cached_property
    def figures(self) -> Figures:
        """Every figure over all rows; nan where it does not exist."""
        return self.judge(*(np.concatenate(column) for column in zip(*self.people, strict=True)))

    @property
    def counts(self) -> dict[str, int]:
        """`people` and `windows`."""
        return {"people": len(self.people), "windows": sum(len(person[0]) for person in self.people)}

    @cached_property
    def intervals(self) -> Mapping[str, tuple[float, float]]:
        """95 % interval of each figure by bootstrap over people."""
        return bootstrap(self.people, self.judge, ROUNDS)

    def as_json(self) -> dict[str, Any]:
        """The report as plain data; a figure that does not exist (one class only) is null."""
        ranges = self.intervals
        return {
            "model": self.model,
            "version": self.version,
            **self.counts,
            **{name: known(value) for name, value in self.figures.items()},
            **self.extra,
            "intervals_95": {name: [known(low), known(high)] for name, (low, high) in ranges.items()},
        }


def known(value: float) -> float | None:
    """Rounded for JSON; None where it is not a number."""
    return round(float(value), 5) if value == value else None


class Judged(Protocol):
    """What of a report goes into a manifest."""

    @property
    def figures(self) -> Figures:
        """Every figure; nan where it does not exist."""

    @property
    def counts(self) -> dict[str, int]:
        """People, windows and other whole numbers."""

    @property
    def intervals(self) -> Mapping[str, tuple[float, float]]:
        """95 % interval of each figure."""


def with_reports(entry: ModelEntry, reports: Mapping[str, Judged]) -> ModelEntry:
    """The entry with figures and counts of each set of people."""
    metrics = {name: _figures(report) for name, report in reports.items()}
    counts = {name: report.counts for name, report in reports.items()}
    return msgspec.structs.replace(entry, metrics=metrics, counts=counts)


def _figures(report: Judged) -> dict[str, Interval]:
    ranges, found = report.intervals, report.figures
    return {
        name: Interval(*(round(float(part), 4) for part in (found[name], *ranges[name])))
        for name in found
        if found[name] == found[name]
    }
