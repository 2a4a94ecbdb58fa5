"""Is this minute of a signal usable? Good data goes on; bad data is named, so that it is asked for again."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Literal

import msgspec
import numpy as np

from models.signals.catalogue import SIGNALS
from models.signals.counts import BELOW, MISSING
from models.signals.windows import Window

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


def judge(window: Window, ordered: Sequence[int]) -> Quality:
    """Judge a minute by contact, range and jumps; marks samples that jump as `MISSING` in `window.counts`.

    `ordered` are the same counts, ascending.
    """
    signal, high = SIGNALS[window.signal], ordered[-1]
    if high >= BELOW:
        spoilt = len(ordered) - valued(ordered)
        return Quality(1.0 - spoilt / len(ordered), "contact" if high == MISSING else "range")
    if window.signal == "ibi":
        return _judge_beats(ordered)
    if signal.jump is None or high - ordered[0] <= signal.jump * signal.per:
        return GOOD
    return _judge_jumps(window, signal.jump * signal.per)


def _judge_jumps(window: Window, jump: float) -> Quality:
    """Mark samples that leave their neighbours faster than a body can: by more than `jump` a second."""
    counts = np.array(window.counts, dtype=np.int32)
    if len(counts) < 2:
        return GOOD
    seconds = np.maximum(np.diff(np.asarray(window.times)) / 1000.0, 1.0)
    wild = np.abs(np.diff(counts)) > jump * seconds
    if not wild.any():
        return GOOD
    bad = np.zeros(len(counts), dtype=bool)
    bad[1:] |= wild
    bad[:-1] |= wild
    # A lone spike marks its good neighbours too; what agrees with the rest is good after all.
    bad &= np.abs(counts - np.median(counts)) > jump
    for at in np.flatnonzero(bad).tolist():
        window.counts[at] = MISSING
    return Quality(1.0 - float(bad.mean()), "jump" if bad.any() else None)


def valued(ordered: Sequence[int]) -> int:
    """How many of these ascending counts are values."""
    return bisect_left(ordered, BELOW)


def middle(ordered: Sequence[float]) -> float:
    """The median of ascending values; for the few samples of a minute several times faster than numpy's."""
    half = len(ordered) // 2
    return ordered[half] if len(ordered) % 2 else (ordered[half - 1] + ordered[half]) / 2


def _judge_beats(ordered: Sequence[int]) -> Quality:
    """Count intervals (ascending) that tell of missed or extra beats."""
    beats = len(ordered)
    if beats < 4:
        return GOOD
    typical = middle(ordered)
    short, long = bisect_left(ordered, SHORT_BEAT * typical), bisect_right(ordered, LONG_BEAT * typical)
    odd = (short + beats - long) / beats
    return Quality(1.0 - odd, "beats") if odd > 0.1 else GOOD
