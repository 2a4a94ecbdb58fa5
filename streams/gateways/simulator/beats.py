"""Heart beats: inter-beat intervals that follow the heart rate, breathe with it, and misbehave.

Beats are laid out in operational time, in which the mean rate is one (u = integral of the heart rate):
sinus rhythm is a clock there, premature beats come early and pause after, atrial fibrillation draws each
interval anew. The inverse of the integral turns them into ms; breathing then shifts them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from streams.gateways.simulator.block import TICK_MS
from streams.gateways.simulator.people import Cohort

Array = NDArray[np.float32]
Rng = np.random.Generator

PREMATURE = (0.63, 0.10)  # ltafdb_rr, measured in sinus rhythm: coupling .5 to .75 of the usual interval
PAUSE = (1.20, 0.11)  # the interval after it: medians 1.0 to 1.4, most 1.1 to 1.28
RMSSD_FALL = 0.021  # ltafdb_rr, measured: log RMSSD falls by .021 a beat per minute (median of 24 records)
# RMSSD is made of breathing (respiratory sinus arrhythmia) and white jitter. For a shift of D ms that swings
# with the breath, successive differences are 4 D sin²(pi rr/hr) / sqrt 2, and rr/hr stays near .24.
BREATH_SHARE, JITTER_SHARE = 0.85 * 2**0.5 / (4 * 0.47), 0.5 / 6**0.5
REFRACTORY_MS = 260
AF_LIMITS = (
    0.45,
    2.6,
)  # ltafdb_rr, measured: of 300 intervals the shortest is .59, the longest 1.8 of the mean


@dataclass(slots=True)
class Beats:
    """One wearer's beats of a block in ms after its start; `before` is the beat ahead of them."""

    before: int
    times: NDArray[np.int64]


class Heart:
    """Carries the beat that comes next and the breath's phase from block to block."""

    def __init__(self, rng: Rng, cohort: Cohort) -> None:
        wearers = len(cohort)
        self._cohort = cohort
        self._next = rng.random(wearers)
        self._breath = rng.random(wearers)
        self._last = np.full(wearers, -1000.0)

    def block(self, rng: Rng, hr: Array, rr: Array, hrv: Array, irregular: Array) -> list[Beats]:
        """Lay the beats of a block of (ticks, W) heart rates, respiratory rates and modifiers."""
        ticks, wearers = hr.shape
        phase = np.zeros((ticks + 1, wearers))
        np.cumsum(hr * np.float32(TICK_MS / 60_000), axis=0, out=phase[1:])
        breath = np.empty((ticks + 1, wearers))
        breath[0] = self._breath
        breath[1:] = self._breath + np.cumsum(rr * np.float32(TICK_MS / 60_000), axis=0)
        tone = hrv * np.exp(-RMSSD_FALL * (hr - self._cohort.hr.astype(np.float32)))
        swing = np.where(irregular > 0, 0, tone * self._cohort.rmssd.astype(np.float32))
        at = self._operational(rng, phase, irregular)
        jitter = rng.standard_normal(at.shape, dtype=np.float32)
        grid = np.arange(ticks + 1) * float(TICK_MS)
        columns = [np.ascontiguousarray(a.T) for a in (phase, breath, swing)]
        result = []
        for w in range(wearers):
            own, breathing, amplitude = (c[w] for c in columns)
            n = int(np.searchsorted(at[w], own[-1]))
            times = np.interp(at[w, :n], own, grid)
            tick = np.minimum((times * (1 / TICK_MS)).astype(np.intp), ticks - 1)
            angle = breathing[tick] + (times - grid[tick]) * (rr[tick, w] * (1 / 60_000))
            size = np.minimum(amplitude[tick], 90)
            times += size * (BREATH_SHARE * np.sin(angle * (2 * np.pi)) + JITTER_SHARE * jitter[w, :n])
            self._next[w] = at[w, n] - own[-1]
            result.append(self._beats(w, times, grid[-1]))
        self._breath = breath[-1] % 1
        return result

    def _beats(self, w: int, times: NDArray[np.float64], end: float) -> Beats:
        whole = np.rint(times).astype(np.int64)
        before = round(self._last[w])
        # A shift may not carry a beat over its neighbour or over the seam of two blocks, and no beat comes
        # within the refractory period of the one before.
        if len(whole):
            early = REFRACTORY_MS - np.diff(whole, prepend=before)
            whole += np.maximum(early, 0)
            np.maximum(whole, before + REFRACTORY_MS, out=whole)
            np.maximum.accumulate(whole, out=whole)
            self._last[w] = float(whole[-1]) - end
        else:
            self._last[w] -= end
        return Beats(before, whole)

    def _operational(self, rng: Rng, phase: NDArray[np.float64], irregular: Array) -> NDArray[np.float64]:
        """Give beat times in operational time, (W, N), the last of each row beyond the block's end."""
        total = phase[-1]
        # Half a per cent of pauses and a run of long intervals still leave every row past its end.
        room = int(total.max() * 1.12) + 24
        step = np.ones((len(total), room), np.float32)
        self._ectopics(rng, step)
        self._fibrillation(rng, step, phase, irregular)
        at = np.cumsum(step, axis=1, dtype=np.float64)
        at += (self._next - step[:, 0])[:, None]
        return at

    def _ectopics(self, rng: Rng, step: Array) -> None:
        early = rng.random(step.shape, dtype=np.float32) < self._cohort.ectopy.astype(np.float32)[:, None]
        early[:, 0] = early[:, -1] = False
        who, beat = np.nonzero(early)
        step[who, beat] = np.clip(rng.normal(*PREMATURE, len(who)), 0.42, 0.85)
        step[who, beat + 1] = np.clip(rng.normal(*PAUSE, len(who)), 0.95, 1.5)

    def _fibrillation(self, rng: Rng, step: Array, phase: NDArray[np.float64], irregular: Array) -> None:
        for w in np.flatnonzero(irregular.any(axis=0)):
            at = np.searchsorted(phase[1:, w], np.arange(step.shape[1]))
            spread = irregular[np.minimum(at, len(irregular) - 1), w]
            draw = np.exp(spread * rng.standard_normal(len(spread)) - spread * spread / 2)
            step[w] = np.where(spread > 0, np.clip(draw, *AF_LIMITS), step[w])
