"""Judges the rhythm network on recordings, by the way that a packet goes: minutes, gate, windows, network."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.datasets.rr import RRRecord
from models.deep.networks import Networks
from models.deep.rhythm import BEATS
from models.observe import fall_silent, take
from models.policy.rules import Rule, load_policy
from models.signals.beats import BeatWindow
from models.signals.windows import MINUTE
from models.training.metrics import Figures, bootstrap, figures
from models.training.rhythm_episodes import Tally, summary, tally
from models.wearer import Device, Seen


@dataclass(frozen=True, slots=True)
class Person:
    """One record's windows."""

    name: str
    scores: NDArray[np.float64]
    """[n] P(AF)."""
    af: NDArray[np.bool_]
    """[n] true where most beats of the window are in AF."""
    possible: int
    """Windows that the labelled beats would fill if none were left out."""
    tally: Tally | None = None
    """Alarms beside annotated episodes; None where windows were not formed by the stream."""


def stream_windows(record: RRRecord) -> tuple[list[BeatWindow], NDArray[np.bool_]]:
    """Windows of 60 labelled beats as the stream forms them, and whether most beats of each are AF."""
    known = record.labelled
    times = np.round(record.times_ms[known]).astype(np.int64)
    # Packets carry tenths of a millisecond.
    values = np.round(record.intervals[known].astype(np.float64), 1)
    seen, device, windows = Seen(), Device(), list[BeatWindow]()
    seen.devices["recorder"] = device
    edges = [0, *(np.flatnonzero(np.diff(times // MINUTE)) + 1).tolist(), len(times)]
    for start, stop in pairwise(edges):
        if start < stop:
            column = array("q", times[start:stop].tolist()), array("d", values[start:stop].tolist())
            windows += take(seen, device, {"ibi": column}, int(times[stop - 1]), 0, True).beats
    windows += fall_silent(seen).beats
    return windows, _labels(windows, times, record.af[known])


def _labels(windows: list[BeatWindow], times: NDArray[np.int64], af: NDArray[np.bool_]) -> NDArray[np.bool_]:
    total = np.concatenate([[0], np.cumsum(af)])
    # Half a beat of tolerance: the start is found by summing rounded intervals.
    starts = np.searchsorted(times, [window.start + 50 for window in windows])
    stops = np.searchsorted(times, [window.end for window in windows], side="right")
    return np.asarray(total[stops] - total[starts] > (stops - starts) / 2)


def judge_person(networks: Networks, record: RRRecord, rule: Rule) -> Person:
    """Score every window of a record, and follow the alerts they would raise."""
    windows, af = stream_windows(record)
    rows = np.stack([window.intervals for window in windows]) if windows else np.empty((0, BEATS), np.float32)
    scores = networks.run("rhythm", rows).astype(np.float64)
    found = tally(record, windows, scores, rule)
    return Person(record.name, scores, af, int(record.labelled.sum()) // BEATS, found)


@dataclass(frozen=True, slots=True)
class RhythmReport:
    """What an evaluation found."""

    people: list[Person]
    threshold: float
    version: str

    @property
    def figures(self) -> Figures:
        """`se, sp, ppv, f1, auroc, ece` over all windows."""
        scores = np.concatenate([person.scores for person in self.people])
        return figures(scores, np.concatenate([person.af for person in self.people]), self.threshold)

    @property
    def skipped(self) -> float:
        """Share of possible windows that the gate left out."""
        possible = sum(person.possible for person in self.people)
        return 1.0 - sum(person.scores.size for person in self.people) / possible if possible else 0.0

    @property
    def counts(self) -> dict[str, int]:
        """`people`, `windows` and how many of those are AF (`windows_af`)."""
        return {
            "people": len(self.people),
            "windows": sum(person.scores.size for person in self.people),
            "windows_af": sum(int(person.af.sum()) for person in self.people),
        }

    def intervals(self, rounds: int = 500) -> dict[str, tuple[float, float]]:
        """95 % intervals of the figures by bootstrap over people."""
        pairs = [(person.scores, person.af) for person in self.people]
        return dict(bootstrap(pairs, lambda s, y: figures(s, y, self.threshold), rounds))

    def as_json(self) -> dict[str, Any]:
        """The report as plain data; a figure that does not exist (one class only) is null."""
        intervals = self.intervals()
        return {
            "model": "rhythm",
            "version": self.version,
            **self.counts,
            "windows_skipped": max(0.0, round(self.skipped, 6)),
            **{name: _known(value) for name, value in self.figures.items()},
            **summary(person.tally for person in self.people if person.tally),
            "threshold": self.threshold,
            "intervals_95": {name: [_known(low), _known(high)] for name, (low, high) in intervals.items()},
        }


def _known(value: float) -> float | None:
    return round(value, 5) if value == value else None


def evaluate_rhythm(
    networks: Networks, records: Iterable[RRRecord], tick: Callable[[str], None] = lambda _: None
) -> RhythmReport:
    """Score every record at the manifest's alert threshold; `tick` hears each name when it is done."""
    people, rule = [], load_policy().rules["rhythm"]
    for record in records:
        people.append(judge_person(networks, record, rule))
        tick(record.name)
    entry = networks.entry("rhythm")
    return RhythmReport(people, entry.thresholds["alert"], entry.version)
