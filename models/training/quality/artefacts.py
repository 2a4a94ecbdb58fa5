"""What a pulse sensor gets wrong: beats missed, added, moved, invented, on beats whose truth is known.

A sensor tells when it believes that the heart beat. Every kind of artefact is a function from the true
times of the beats in a span to the times that the sensor tells; its first and last beat stay true. An
interval is *wrong* when its ends are not two successive beats, or when its length is off by more than
`TOLERANCE`: so one definition serves all kinds, and an artefact that changes nothing spoils nothing.

Kinds follow what is known of optical sensors: motion moves and hides the foot of the wave, ambient light
and lost contact leave noise, step rate and the dicrotic notch are taken for the pulse, firmware coasts on
the last known rate or counts on a coarse clock (Allen 2007; Bent 2020; Charlton 2022).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Times = NDArray[np.float64]
TOLERANCE = 0.08
"""Error of an interval, as a share of the true one, that still tells the rhythm."""
REFRACTORY_MS = 200.0
"""Sensors do not tell of beats closer than this."""


def missed(times: Times, strength: float, rng: Generator) -> Times:
    """Single beats are overlooked: 2 to 52 in a hundred."""
    return times[rng.random(times.size) >= 0.02 + 0.5 * strength]


def extra(times: Times, strength: float, rng: Generator) -> Times:
    """Something between two beats is taken for one: in 2 to 62 of a hundred intervals."""
    where = np.flatnonzero(rng.random(times.size - 1) < 0.02 + 0.6 * strength)
    added = times[where] + np.diff(times)[where] * rng.uniform(0.2, 0.8, where.size)
    return np.concatenate([times, added])


def shifted(times: Times, strength: float, rng: Generator) -> Times:
    """Motion moves each detection: by 2 to 22 % of an interval (1 SD), now and then by far more."""
    usual = float(np.median(np.diff(times)))
    return times + usual * (0.02 + 0.2 * strength) * np.clip(rng.standard_t(4, times.size), -4, 4)


def noise(times: Times, strength: float, rng: Generator) -> Times:
    """Runs in which detections have nothing to do with the heart: 10 to 100 % of the span."""
    inside = _runs(times.size, 0.1 + 0.9 * strength, rng.uniform(5, 40), rng)
    pause, mean = rng.uniform(220, 450), rng.uniform(100, 600)
    count = int((times[-1] - times[0]) / pause) + 2
    random = times[0] + np.cumsum(pause + rng.exponential(mean, count))
    at = np.clip(np.searchsorted(times, random) - 1, 0, times.size - 1)
    return np.concatenate([times[~inside], random[(random < times[-1]) & inside[at]]])


def dropout(times: Times, strength: float, rng: Generator) -> Times:
    """Contact is lost for 1 to 4 beats at a time: what is left is merged into long intervals."""
    starts = np.flatnonzero(rng.random(times.size) < 0.01 + 0.29 * strength)
    lost = np.zeros(times.size + 4, np.bool_)
    for start, length in zip(starts, rng.integers(1, 5, starts.size), strict=True):
        lost[start : start + length] = True
    return times[~lost[: times.size]]


def held(times: Times, strength: float, rng: Generator) -> Times:
    """The firmware coasts: it repeats one interval, right or off by up to a quarter, for a while."""
    inside = _runs(times.size, 0.2 + 0.8 * strength, rng.uniform(4, 20), rng)
    starts = np.flatnonzero(np.diff(inside.astype(np.int8), prepend=0) == 1)
    stops = np.flatnonzero(np.diff(inside.astype(np.int8), append=0) == -1)
    parts, steps = [times[~inside]], np.diff(times)
    for start, stop in zip(starts.tolist(), stops.tolist(), strict=True):
        last = steps[max(start - 1, 0)]
        step = last * (1 + rng.uniform(-0.25, 0.25) * strength)
        parts.append(np.arange(times[start], times[stop], step))
    return np.concatenate(parts)


def coarse(times: Times, strength: float, rng: Generator) -> Times:
    """Beats are counted on a slow clock: steps of 40 to 240 ms."""
    step = 40.0 * 6.0**strength
    phase = rng.uniform(0, step)
    return np.asarray(np.round((times - phase) / step) * step + phase)


def cadence(times: Times, strength: float, rng: Generator) -> Times:
    """The sensor locks on to the steps of a walk or run instead of the pulse for a while."""
    inside = _runs(times.size, 0.2 + 0.8 * strength, rng.uniform(5, 40), rng)
    step = rng.uniform(330, 620)
    count = int((times[-1] - times[0]) / (0.8 * step)) + 2
    steps = times[0] + np.cumsum(step * (1 + rng.normal(0, 0.03, count)))
    at = np.clip(np.searchsorted(times, steps) - 1, 0, times.size - 1)
    return np.concatenate([times[~inside], steps[(steps < times[-1]) & inside[at]]])


def dicrotic(times: Times, strength: float, rng: Generator) -> Times:
    """The second wave of the pulse is counted too, in runs."""
    inside = _runs(times.size - 1, 0.2 + 0.8 * strength, rng.uniform(3, 20), rng)
    notch = np.diff(times) * rng.uniform(0.32, 0.5) + rng.normal(0, 15, times.size - 1)
    return np.concatenate([times, (times[:-1] + notch)[inside]])


Kind = Callable[[Times, float, Generator], Times]
"""True times (ms) of a span, strength from 0 to 1 → times that the sensor tells."""
TRAINED: Mapping[str, Kind] = {
    "missed": missed,
    "extra": extra,
    "shifted": shifted,
    "noise": noise,
    "dropout": dropout,
    "held": held,
    "coarse": coarse,
}
UNSEEN: Mapping[str, Kind] = {"cadence": cadence, "dicrotic": dicrotic}
"""Kinds that no network trains on: they show what a network makes of an artefact that nobody foresaw."""
KINDS: Mapping[str, Kind] = {**TRAINED, **UNSEEN}


def _runs(size: int, share: float, length: float, rng: Generator) -> NDArray[np.bool_]:
    """[size] flags, true for about `share` in runs of about `length`."""
    apart = max(1.0, length * (1 - share) / max(share, 0.01))
    on, flags = bool(rng.random() < share), list[NDArray[np.bool_]]()
    filled = 0
    while filled < size:
        run = 1 + int(rng.geometric(1 / (length if on else apart)))
        flags.append(np.full(run, on))
        filled, on = filled + run, not on
    return np.concatenate(flags)[:size]


@dataclass(frozen=True, slots=True)
class Told:
    """What the sensor told: [n] intervals in ms, which are wrong, and the true beat at which each ends."""

    intervals: NDArray[np.float64]
    wrong: NDArray[np.bool_]
    beat: NDArray[np.int64]
    """[n] index into the true intervals."""


@dataclass(frozen=True, slots=True)
class Span:
    """One artefact: from one beat to another."""

    start: int
    stop: int
    kind: str
    strength: float


def plant(intervals: NDArray[np.floating], spans: Sequence[Span], step: float, rng: Generator) -> Told:
    """What a sensor tells of beats with these true intervals (ms), spoilt in `spans` (in order, apart).

    Everything it tells, also outside the spans, is rounded to its clock of `step` ms.
    """
    times = np.concatenate([[0.0], np.cumsum(intervals, dtype=np.float64)])
    parts, done = list[Times](), 0
    for span in spans:
        parts.append(times[done : span.start + 1])
        parts.append(_spoil(times[span.start : span.stop + 1], span, rng))
        done = span.stop
    parts.append(times[done:])
    return compare(times, _tell(np.concatenate(parts), step))


def _spoil(times: Times, span: Span, rng: Generator) -> Times:
    """What is told between the first and the last beat of a span."""
    found = KINDS[span.kind](times, span.strength, rng)
    between: Times = found[(found > times[0]) & (found < times[-1])]
    return between


def _tell(found: Times, step: float) -> Times:
    """In order, on the sensor's clock, none sooner than the refractory time after the one before."""
    ordered: Times = np.sort(np.round(found / step) * step)
    while ordered.size > 1:
        close = np.flatnonzero(np.diff(ordered) < REFRACTORY_MS) + 1
        if not close.size:
            break
        # The first of each cluster goes away at a time: what then stands far enough stays.
        ordered = np.delete(ordered, close[np.diff(close, prepend=-9) > 1])
    return ordered


def compare(true: Times, told: Times) -> Told:
    """Set what was told beside the true times of the beats (ms, both ascending)."""
    near = np.searchsorted((true[1:] + true[:-1]) / 2, told)
    intervals = np.diff(told)
    length = true[near[1:]] - true[near[:-1]]
    off = np.abs(intervals - length) > TOLERANCE * length
    return Told(intervals, (np.diff(near) != 1) | off, np.maximum(near[1:] - 1, 0))
