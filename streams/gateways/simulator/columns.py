"""Readings of a block as plain lists, cut into the columns of packets."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.gateways.simulator.beats import Beats
from streams.gateways.simulator.block import TICK_MS
from streams.gateways.simulator.sensors import LOST, Readings
from streams.records import Column

Rng = np.random.Generator
Values = list[list[float]]

# Sampling periods of the watch in ms, decimals that it tells.
PERIODS = {"hr": 5_000, "spo2": 10_000, "rr": 15_000, "temp": 60_000, "steps": 60_000, "accel": 5_000}
DECIMALS = {"rr": 1, "temp": 2}

MISSED, MISSED_IN_MOTION = 0.0005, 0.04  # share of beats that the optical sensor overlooks


@dataclass(frozen=True, slots=True)
class Grid:
    """How packets cut a block: `packets` of `step` ms; `cuts[signal][j]` is where packet j's samples lie."""

    packets: int
    step: int
    periods: dict[str, int]
    cuts: dict[str, list[tuple[int, int]]]


def grid(block_ms: int, step: int, samples: int | None) -> Grid:
    """Lay out a block; `samples` asks for that many samples of every signal in each packet."""
    periods = dict(PERIODS) if samples is None else dict.fromkeys(PERIODS, step // samples)
    packets = block_ms // step
    cuts = {
        name: [(-(-j * step // p), -(-(j + 1) * step // p)) for j in range(packets)]
        for name, p in periods.items()
    }
    return Grid(packets, step, periods, cuts)


def tabulate(readings: Readings, layout: Grid) -> dict[str, Values]:
    """Give every signal's samples by wearer, rounded as the watch tells them; LOST stays as it is."""
    return {name: _table(getattr(readings, name), name, layout) for name in layout.periods}


def _table(values: NDArray[np.float32], name: str, layout: Grid) -> Values:
    sampled = _resample(values, name, layout)
    decimals = DECIMALS.get(name)
    if decimals is None:
        table: Values = np.rint(sampled).astype(np.int64).T.tolist()
    else:
        table = np.round(sampled.astype(np.float64), decimals).T.tolist()
    return table


def _resample(values: NDArray[np.float32], name: str, layout: Grid) -> NDArray[np.float32]:
    period = layout.periods[name]
    source = 60_000 if name == "steps" else TICK_MS
    if period % source == 0:
        return values[:: period // source]
    count = len(values) * source // period
    nearest = np.arange(count) * period // source
    # Finer than the body's ticks: steps are shared out, all else holds its value.
    return np.asarray(values[nearest] * (period / source) if name == "steps" else values[nearest])


def cut(values: list[float], at: tuple[int, int], start: int, period: int) -> Column | None:
    """Give the samples of one packet as a column; None when there are none."""
    part = values[at[0] : at[1]]
    if not part:
        return None
    first = start + at[0] * period
    if LOST not in part:
        return Column(first, part, period)
    kept = [(i * period, v) for i, v in enumerate(part) if v != LOST]
    return Column(first, [v for _, v in kept], None, [o for o, _ in kept]) if kept else None


@dataclass(slots=True)
class Intervals:
    """One wearer's inter-beat intervals of a block; packet j has those from `edges[j]` to `edges[j + 1]`."""

    starts: list[int]
    values: list[float]
    edges: list[int]


def intervals(rng: Rng, beats: list[Beats], motion: NDArray[np.bool_], layout: Grid) -> list[Intervals]:
    """Turn every wearer's beats into the intervals that the watch tells: some beats are overlooked."""
    ends = np.arange(layout.packets + 1) * layout.step
    ends[-1] = np.iinfo(np.int64).max
    by_wearer = np.ascontiguousarray(motion.T)
    result = []
    for own, moving in zip(beats, by_wearer, strict=True):
        seen = own.times
        draw = rng.random(len(seen), dtype=np.float32)
        if moving.any():
            tick = np.minimum(seen // TICK_MS, len(moving) - 1)
            seen = seen[draw >= np.where(moving[tick], np.float32(MISSED_IN_MOTION), np.float32(MISSED))]
        elif draw.size and draw.min() < MISSED:
            seen = seen[draw >= MISSED]
        starts = np.concatenate(([own.before], seen[:-1])) if len(seen) else seen
        result.append(
            Intervals(
                starts.tolist(), (seen - starts).tolist(), np.searchsorted(seen, ends, side="left").tolist()
            )
        )
    return result
