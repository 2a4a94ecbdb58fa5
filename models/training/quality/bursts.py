"""Recordings spoilt by bursts of artefacts, as by a sensor in motion now and then through the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.datasets.rr import RRRecord
from models.training.quality.artefacts import KINDS, Span, plant

SHARE = 0.3
"""Of all beats, how many lie in a burst: a day with much movement."""
_BEATS = (100, 1500)
"""Length of a burst: about one to twenty minutes."""


@dataclass(frozen=True, slots=True)
class Spoilt:
    """What a sensor told of a recording. The labels of the true beats are carried over."""

    record: RRRecord
    wrong: NDArray[np.bool_]
    """[n] for each interval of the record."""
    kind: NDArray[np.str_]
    """[n] artefact of the burst that the interval lies in; empty outside of bursts."""


def spoil(record: RRRecord, kinds: Sequence[str] = tuple(KINDS), seed: int = 0) -> Spoilt:
    """The recording with bursts of every kind alike; the same record and seed give the same bursts."""
    rng = np.random.default_rng([seed, *record.name.encode()])
    spans = _spans(record.intervals.size, kinds, rng)
    told = plant(record.intervals, spans, 1000.0 / record.fs, rng)
    kind = np.full(record.intervals.size, "", f"<U{max(map(len, KINDS))}")
    for span in spans:
        kind[span.start : span.stop] = span.kind
    heard = replace(
        record,
        intervals=told.intervals.astype(np.float32),
        rhythm=record.rhythm[told.beat],
        beats=record.beats[told.beat],
    )
    return Spoilt(heard, told.wrong, kind[told.beat])


def _spans(beats: int, kinds: Sequence[str], rng: Generator) -> list[Span]:
    low, high = _BEATS
    pause = (low + high) / 2 * (1 - SHARE) / SHARE
    spans: list[Span] = []
    order = list[str]()
    at = int(rng.exponential(pause))
    while at + low < beats:
        # Kinds take turns in a random order, so that every person has nearly as much of each.
        order = order or list(rng.permutation(list(kinds)))
        stop = min(beats, at + int(rng.integers(low, high)))
        spans.append(Span(at, stop, str(order.pop()), float(rng.random())))
        at = stop + 1 + int(rng.exponential(pause))
    return spans
