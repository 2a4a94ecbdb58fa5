"""The trend of heart rate variability over weeks: a slope with its interval, as a finding."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from scipy.stats import t as student

from models.online.nights import Nights
from streams.records import Finding

FEWEST: Final = 14
"""Fewest nights that a trend is told of."""
WINDOW: Final = 28
SURE: Final = 0.95
SOURCE: Final = "vitalstream, own nights; least squares with autocorrelated errors (Box and Jenkins)"


def hrv_trend(nights: Nights) -> Finding | None:
    """Change of RMSSD a week (%), with its 95 % interval in the band's words; None with too few nights.

    The slope of its logarithm over the last 14 to 28 nights. Neighbouring nights are alike: the interval is
    that of fewer, independent nights, by the correlation of neighbours in what the line leaves over.
    """
    series = nights.series("hrv")[-WINDOW:]
    known = [(i, value) for i, value in enumerate(series) if value is not None]
    if len(known) < FEWEST:
        return None
    days, values = (np.array(column, dtype=np.float64) for column in zip(*known, strict=True))
    slope, error = _slope(days, values)
    reach = error * float(student.ppf(0.5 + SURE / 2, len(known) - 2))
    low, high = _percent(slope - reach), _percent(slope + reach)
    direction = "falling" if high < 0 else "rising" if low > 0 else "steady"
    band = f"{direction} ({low:+.1f} to {high:+.1f} %)"
    return Finding("HRV trend", round(_percent(slope), 1), "%/wk", band, SOURCE, float(days[-1] - days[0]))


def _slope(days: np.ndarray, values: np.ndarray) -> tuple[float, float]:
    """Slope a day and its standard error."""
    away = days - days.mean()
    slope = float(away @ values / (away @ away))
    rest = values - values.mean() - slope * away
    variance = float(rest @ rest) / (len(rest) - 2)
    alike = float(rest[1:] @ rest[:-1]) / max(float(rest @ rest), 1e-12)
    # Few values make neighbours look less alike than they are, the more so around a line (Kendall 1954).
    alike += (2 + 4 * alike) / len(rest)
    fewer = (1 + max(alike, 0.0)) / (1 - min(max(alike, 0.0), 0.9))
    return slope, math.sqrt(variance * fewer / float(away @ away))


def _percent(slope: float) -> float:
    return 100 * (math.exp(7 * slope) - 1)
