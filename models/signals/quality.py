"""Is this minute of a signal usable? Good data goes on; bad data is named, so that it is asked for again."""

from __future__ import annotations

import math
from typing import Literal

import msgspec
import numpy as np

from models.signals.catalogue import SIGNALS, Signal
from models.signals.windows import Floats, Window

Cause = Literal["range", "flat", "jump", "contact", "missing", "motion", "beats"]

USABLE_SHARE = 0.5
"""A minute with fewer usable samples than this share is not scored."""

FLAT_MINUTES = {"hr": 10, "rr": 30, "ibi": 3, "glucose": 180}
"""Minutes for which a signal may stay exactly the same before it counts as stuck. A heart rate in whole
beats can stand still for some minutes in sleep; intervals between beats never do (heart rate
variability: Task Force of the ESC and NASPE, 1996). Glucose in steps of 0.1 mmol/L stays the same for an
hour or two in quiet nights (ShanghaiT2DM)."""

FLAT_WITHIN = {"glucose": (54.0, 400.0)}
"""Only within these a signal can count as stuck: a sensor that has reached the end of its own range repeats
it, and there it matters most."""

MOTION_MG = 150.0
"""Movement above which optical readings are not trusted: brisk walking and more (Hildebrand 2014 puts the
moderate activity cut-point of a wrist at 100.6 mg)."""

MOTION_SENSITIVE = frozenset({"spo2", "ibi", "rr"})

LONG_BEAT = 1.75
SHORT_BEAT = 0.45
"""An interval beyond these multiples of its neighbours' median looks like a missed or an extra beat, beyond
what atrial fibrillation or a premature beat commonly does."""


class Quality(msgspec.Struct, frozen=True, gc=False):
    """The share of usable samples of a minute, and what spoilt the rest."""

    share: float
    cause: Cause | None = None

    @property
    def usable(self) -> bool:
        """Whether the minute may be scored."""
        return self.share >= USABLE_SHARE


GOOD = Quality(1.0)


def judge(window: Window, ordered: list[float]) -> Quality:
    """Judge a minute by contact, range and jumps; marks unusable samples in `window.values` as NaN.

    `ordered` are the same values, ascending (in no order where one is NaN: the device had lost contact).
    """
    signal, values = SIGNALS[window.signal], window.values
    low, high = ordered[0], ordered[-1]
    if low >= signal.low and high <= signal.high and not math.isnan(sum(ordered)):
        if window.signal == "ibi":
            return _judge_beats(values, middle(ordered))
        if signal.jump is None or high - low <= signal.jump:
            return GOOD
        return _judge_jumps(window, signal)
    lost = np.isnan(values)
    bad = lost | ~((values >= signal.low) & (values <= signal.high))
    values[bad] = np.nan
    return Quality(1.0 - float(bad.mean()), "contact" if lost.any() else "range")


def _judge_jumps(window: Window, signal: Signal) -> Quality:
    """Mark samples that leave their neighbours faster than a body can."""
    assert signal.jump is not None
    if len(window.values) < 2:
        return GOOD
    seconds = np.maximum(np.diff(window.times) / 1000.0, 1.0)
    wild = np.abs(np.diff(window.values)) > signal.jump * seconds
    if not wild.any():
        return GOOD
    bad = np.zeros(len(window.values), dtype=bool)
    bad[1:] |= wild
    bad[:-1] |= wild
    # A lone spike marks its good neighbours too; what agrees with the rest is good after all.
    bad &= np.abs(window.values - np.median(window.values)) > signal.jump
    window.values[bad] = np.nan
    return Quality(1.0 - float(bad.mean()), "jump" if bad.any() else None)


def middle(ordered: list[float]) -> float:
    """The median of ascending values; for the few samples of a minute several times faster than numpy's."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _judge_beats(values: Floats, typical: float) -> Quality:
    """Count intervals that tell of missed or extra beats."""
    if len(values) < 4:
        return GOOD
    odd = (values > LONG_BEAT * typical) | (values < SHORT_BEAT * typical)
    share = float(odd.mean())
    return Quality(1.0 - share, "beats") if share > 0.1 else GOOD
