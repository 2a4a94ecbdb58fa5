"""One minute of a wearer: its windows judged and reduced to values, what movement spoils left out."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from models import asking
from models.deep.asks import Ask
from models.signals import quality as gate
from models.signals.beats import rmssd
from models.signals.catalogue import SIGNALS
from models.signals.quality import Quality
from models.signals.windows import MINUTE, Window
from models.view import View
from models.wearer import Seen, Stuck

TOTALS = frozenset({"steps", "meal", "urine"})
MOVEMENT = frozenset({"steps", "accel"})
"""Signals that need no contact with the skin."""
CALM = frozenset({"rest", "asleep"})
STUCK = Quality(0.0, "flat")


def summarise(seen: Seen, window: Window, ordered: Sequence[int], view: View) -> None:
    """Judge a window and reduce it to one value: a sum of counts, else the median.

    `ordered` are its counts, ascending.
    """
    signal = window.signal
    judged = gate.judge(window, ordered)
    usable = judged.usable
    if usable and _stuck(seen, window, ordered):
        judged, usable = STUCK, False
    view.quality[signal] = judged
    if not usable:
        assert judged.cause is not None
        view.causes[signal] = judged.cause
        return
    if judged.share < 1.0:
        ordered = sorted(window.counts)
        ordered = ordered[: gate.valued(ordered)]
    if signal == "ibi":
        view.interval = gate.middle(ordered) / SIGNALS[signal].per
        return
    count = sum(ordered) if signal in TOTALS else gate.middle(ordered)
    view.values[signal] = count / SIGNALS[signal].per


def miss_pulse(seen: Seen, view: View) -> None:
    """A device that tells of movement and no longer of the pulse has lost the skin, said or unsaid."""
    if "hr" not in view.quality and not view.quality.keys().isdisjoint(MOVEMENT):
        cause: gate.Cause = "missing" if seen.contact else "contact"
        view.quality["hr"] = Quality(0.0, cause)
        view.causes["hr"] = cause


def _stuck(seen: Seen, window: Window, ordered: Sequence[int]) -> bool:
    """Whether the signal has not moved at all for longer than it can."""
    allowed = gate.FLAT_MINUTES.get(window.signal)
    if allowed is None:
        return False
    first = ordered[0]
    low, high = gate.FLAT_WITHIN.get(window.signal, (-math.inf, math.inf))
    if ordered[-1] != first or not low <= first / SIGNALS[window.signal].per <= high:
        seen.stuck.pop(window.signal, None)
        return False
    known = seen.stuck.get(window.signal)
    # After a gap it may have moved and come back.
    if known is None or known.value != first or window.minute - known.last > allowed * MINUTE:
        seen.stuck[window.signal] = Stuck(first, window.minute, window.minute)
        return False
    known.last = window.minute
    return window.minute - known.since >= allowed * MINUTE


def drop_shaken(view: View) -> None:
    """Leave out what movement spoils."""
    if view.values.get("accel", 0.0) < gate.MOTION_MG:
        return
    for signal in sorted(gate.MOTION_SENSITIVE & view.quality.keys()):  # records are the same bytes again
        view.values.pop(signal, None)
        view.quality[signal] = Quality(0.0, "motion")
        view.causes[signal] = "motion"


def beats(seen: Seen, window: Window, view: View, asks: list[Ask]) -> None:
    """Take a minute's intervals: their variability at rest, and windows for the rhythm."""
    if not view.quality["ibi"].usable:
        seen.beats.clear()
        return
    if view.context in CALM:
        _variability(window, view)
    asks.extend(asking.beats(seen, window))


def _variability(window: Window, view: View) -> None:
    values = window.values
    if view.quality["ibi"].share < 1.0:
        values = values[~np.isnan(values)]
    variability = rmssd(values)
    if variability is not None:
        # Its logarithm is near normal (Task Force of the ESC and NASPE, 1996).
        view.values["hrv"] = math.log(max(variability, 1.0))
