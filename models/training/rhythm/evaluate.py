"""Judges the rhythm network on recordings, by the way that a packet goes: minutes, gate, windows, network."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.datasets.rr import RRRecord
from models.deep.networks import Networks
from models.deep.rhythm import BEATS
from models.observe import fall_silent, take
from models.policy.rules import Rule, load_policy
from models.signals.beats import BeatWindow
from models.signals.windows import MINUTE
from models.training.rhythm.episodes import tally
from models.training.rhythm.report import Person, RhythmReport
from models.wearer import Device, Seen


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


def judge_person(networks: Networks, record: RRRecord, rule: Rule, quality: Networks | None = None) -> Person:
    """Score every window of a record, and follow the alerts that those called usable would raise."""
    windows, af = stream_windows(record)
    rows = np.stack([window.intervals for window in windows]) if windows else np.empty((0, BEATS), np.float32)
    scores = networks.run("rhythm", rows).astype(np.float64)
    usable = np.ones(len(rows), dtype=np.bool_)
    if quality is not None:
        usable = quality.run("quality", rows) >= rule.limits["usable"]
    kept = [window for window, good in zip(windows, usable, strict=True) if good]
    found = tally(record, kept, scores[usable], rule)
    possible, unusable = int(record.labelled.sum()) // BEATS, int((~usable).sum())
    return Person(record.name, scores, af, possible, found, unusable)


def evaluate_rhythm(
    networks: Networks,
    records: Iterable[RRRecord],
    tick: Callable[[str], None] = lambda _: None,
    quality: Networks | None = None,
) -> RhythmReport:
    """Score every record at the manifest's alert threshold; `tick` hears each name when it is done.

    Figures of windows are of every window; alerts are those of the stream, which leaves out windows that
    the network for `quality` calls unusable.
    """
    people, rule = [], load_policy().rules["rhythm"]
    for record in records:
        people.append(judge_person(networks, record, rule, quality))
        tick(record.name)
    entry = networks.entry("rhythm")
    return RhythmReport(people, entry.thresholds["alert"], entry.version)
