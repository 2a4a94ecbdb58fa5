"""Errors are measured before learning, beside those of the last value, and add up without names."""

from __future__ import annotations

import numpy as np
import pytest

from models.online.baseline import Baseline, Usual
from models.online.own import Own
from models.online.progressive import Error, Progress, error

MINUTE = 60_000
DAY = 1440


def test_an_error_is_told_in_the_unit_in_spreads_and_beside_the_last_value():
    assert error("hr", 66.0, Usual(60.0, 2.0, 60.0, 2.0), 65.0) == Error("hr", 6.0, 3.0, 1.0)


def test_errors_add_up_by_signal_and_are_taken_once():
    progress = Progress()
    progress.add([Error("hr", 2.0, 1.0, 3.0), Error("hr", 4.0, 2.0, 3.0), Error("temp", 0.1, 1.0, 0.2)])

    taken = progress.take()
    assert (taken["hr"].count, taken["hr"].unit, taken["hr"].naive) == (2, 6.0, 6.0)
    assert taken["temp"].count == 1
    assert progress.take() == {}


def test_where_minutes_only_scatter_the_usual_foretells_better_than_the_last_value():
    rng, baseline, progress, last = np.random.default_rng(1), Baseline(1.0), Progress(), 60.0
    for value in (60 + 3 * rng.standard_normal(3000)).tolist():
        usual = baseline.usual()
        if baseline.known:
            progress.add([error("hr", value, usual, last)])
        baseline.learn(value, usual)
        last = value

    sums = progress.take()["hr"]
    assert sums.unit < 0.8 * sums.naive
    assert sums.spreads / sums.count == pytest.approx(0.8, abs=0.05)


def test_nights_are_foretold_too():
    own, progress = Own(), Progress()
    rng = np.random.default_rng(2)
    for day in range(20_000, 20_020):
        level = 60 + 2 * rng.standard_normal()
        for at in range(day * DAY, (day + 1) * DAY, 5):
            news = own.minute(at * MINUTE, "rest", {"hr": level}, 60, 0)
            progress.add(() if news is None else news.errors)

    sums = progress.take()["hr_night"]
    assert sums.count >= 10
    assert sums.unit < sums.naive
