"""Alarms instead of windows: what a subscriber would have been told, beside the annotated episodes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.datasets.rr import RRRecord
from models.deep.asks import Ask
from models.judged import Judged
from models.policy.episode import Episode
from models.policy.rules import Rule
from models.risk.rhythm import rhythm_evidence
from models.signals.beats import BeatWindow

MINUTE_MS = 60_000
LONG_MS = 10 * MINUTE_MS
"""Annotated episodes from this length on must be found."""
JOIN_MS = MINUTE_MS
"""A shorter break does not end an annotated episode."""


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alert's life, ms of event time; `end` is when the evidence was over."""

    onset: int
    raised: int
    end: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Episodes and alarms of one person."""

    episodes: int
    """Annotated ones of ten minutes or more."""
    delays_s: tuple[float, ...]
    """For each one found, from its annotated start to the alert."""
    onset_errors_s: tuple[float, ...]
    """For each one found, distance of the alert's onset from the annotated start."""
    alarms: int
    false: int
    """Alarms during which no beat is in AF."""
    hours: float


def alarms(windows: Sequence[BeatWindow], scores: NDArray[np.float64], rule: Rule) -> list[Alarm]:
    """Run the stream's own evidence and course of an alert over scored windows."""
    judged, episode, found = Judged(), Episode(), list[Alarm]()
    onset = raised = last = 0
    for window, score in zip(windows, scores, strict=True):
        ask = Ask("rhythm", window.start, window.end, window.intervals, answer=np.array([score]))
        evidence = rhythm_evidence(judged, ask, rule)
        if evidence is None:
            continue
        change = episode.update(evidence.time, evidence.level, rule)
        if change == "raised":
            onset, raised = episode.onset, window.end
        elif change == "resolved":
            found.append(Alarm(onset, raised, last))
            episode, raised = Episode(), 0
        if evidence.level:
            last = window.end
    return [*found, Alarm(onset, raised, last)] if raised else found


def annotated(record: RRRecord) -> list[tuple[float, float]]:
    """Start and end (ms) of the annotated episodes of ten minutes or more."""
    times, af = record.times_ms, record.af
    edges = np.flatnonzero(np.diff(np.concatenate([[0], af.astype(np.int8), [0]])))
    runs: list[tuple[float, float]] = []
    for start, stop in edges.reshape(-1, 2):
        begin, end = float(times[start] - record.intervals[start]), float(times[stop - 1])
        if runs and begin - runs[-1][1] < JOIN_MS:
            begin = runs.pop()[0]
        runs.append((begin, end))
    return [(begin, end) for begin, end in runs if end - begin >= LONG_MS]


def tally(record: RRRecord, windows: Sequence[BeatWindow], scores: NDArray[np.float64], rule: Rule) -> Tally:
    """Compare alarms with annotations."""
    told, wanted = alarms(windows, scores, rule), annotated(record)
    in_af = record.times_ms[record.af]
    delays, errors = [], []
    for start, stop in wanted:
        hits = [alarm for alarm in told if alarm.raised <= stop + LONG_MS and alarm.end >= start]
        if hits:
            delays.append(max(0.0, (hits[0].raised - start) / 1000))
            errors.append(abs(hits[0].onset - start) / 1000)
    false = sum(_without(in_af, alarm) for alarm in told)
    hours = float(record.intervals[record.labelled].sum(dtype=np.float64)) / 3.6e6
    return Tally(len(wanted), tuple(delays), tuple(errors), len(told), false, hours)


def _without(in_af: NDArray[np.float64], alarm: Alarm) -> bool:
    first, last = np.searchsorted(in_af, [alarm.onset, alarm.end])
    return bool(first == last)


def summary(tallies: Iterable[Tally]) -> dict[str, float | int | None]:
    """Counts over people, median delays in seconds, false alarms per 24 hours of recording."""
    everyone = list(tallies)
    delays = [delay for one in everyone for delay in one.delays_s]
    errors = [error for one in everyone for error in one.onset_errors_s]
    hours = sum(one.hours for one in everyone)
    return {
        "episodes": sum(one.episodes for one in everyone),
        "episodes_found": len(delays),
        "alert_delay_median_s": round(float(np.median(delays)), 1) if delays else None,
        "onset_error_median_s": round(float(np.median(errors)), 1) if errors else None,
        "alerts": sum(one.alarms for one in everyone),
        "false_alerts_per_24h": round(24 * sum(one.false for one in everyone) / hours, 4) if hours else None,
    }
