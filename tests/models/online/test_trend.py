"""The trend of heart rate variability is found where there is one, and told with its interval."""

from __future__ import annotations

import math

import numpy as np

from models.online.nights import Nights, code
from models.online.trend import hrv_trend
from tests.models.online.weeks import alike


def nights(seed, weekly, count=28, missing=0.1):
    """Nights whose variability changes by `weekly` % a week."""
    rng = np.random.default_rng(seed)
    values = 3.7 + 0.12 * alike(rng, count, 0.3) + np.arange(count) / 7 * math.log1p(weekly / 100)
    worn = rng.random(count) >= missing
    return Nights(rows={"hrv": bytes(code("hrv", v) if w else 0 for v, w in zip(values, worn, strict=True))})


def test_a_clear_fall_and_a_clear_rise_are_found():
    assert [hrv_trend(nights(seed, -12)).band.split()[0] for seed in range(5)] == ["falling"] * 5
    assert [hrv_trend(nights(seed, 12)).band.split()[0] for seed in range(5)] == ["rising"] * 5


def test_nights_without_a_trend_are_mostly_steady():
    bands = [hrv_trend(nights(seed, 0)).band.split()[0] for seed in range(100)]

    assert bands.count("steady") >= 87


def test_the_size_is_told_in_percent_a_week():
    values = [hrv_trend(nights(seed, -10)).value for seed in range(30)]

    assert abs(np.mean(values) + 10) < 2


def test_two_weeks_are_needed():
    assert hrv_trend(nights(1, -10, count=13, missing=0)) is None
    assert hrv_trend(nights(1, -10, count=14, missing=0)) is not None
    assert hrv_trend(Nights()) is None
