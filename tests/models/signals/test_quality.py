"""Each cause that spoils a minute is named; what a body can do is left alone."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.signals.catalogue import SIGNALS
from models.signals.counts import counted
from models.signals.quality import GOOD, judge, middle
from models.signals.windows import Window

START = 1_767_592_800_000


def judged(signal, values, step=1000):
    times = START + step * np.arange(len(values), dtype=np.int64)
    window = Window(signal, START, times, counted(signal, values))
    return judge(window, sorted(window.counts)), window.values.tolist()


def test_a_plain_minute_is_good():
    assert judged("hr", [60, 61, 62, 61])[0] == GOOD


def test_values_out_of_range_are_left_out():
    quality, values = judged("hr", [60, 0, 61, 500])

    assert (quality.share, quality.cause, quality.usable) == (0.5, "range", True)
    assert [math.isnan(value) for value in values] == [False, True, False, True]


def test_mostly_out_of_range_is_not_usable():
    assert not judged("spo2", [97, 0, 0])[0].usable


def test_lost_contact_is_its_own_cause():
    quality, _ = judged("hr", [math.nan] * 5)

    assert (quality.share, quality.cause, quality.usable) == (0.0, "contact", False)


def test_contact_lost_for_a_part_of_the_minute():
    quality, _ = judged("hr", [60, 61, 62, math.nan])

    assert (quality.share, quality.cause) == (0.75, "contact")


def test_a_lone_spike_is_left_out_and_its_neighbours_stay():
    quality, values = judged("spo2", [97, 97, 60, 97, 97, 97])

    assert (quality.cause, quality.usable) == ("jump", True)
    assert [math.isnan(value) for value in values] == [False, False, True, False, False, False]


def test_a_signal_that_leaps_about_is_not_usable():
    quality, _ = judged("temp", [30, 36, 41, 33, 40, 30, 42])

    assert (quality.cause, quality.usable) == ("jump", False)


def test_a_fall_that_a_body_can_make_is_no_jump():
    assert judged("spo2", [97, 94, 91, 88, 85, 82])[0] == GOOD


def test_the_allowed_change_grows_with_the_time_between_samples():
    assert judged("temp", [36.0, 38.5, 36.0], step=10_000)[0] == GOOD
    assert judged("temp", [36.0, 38.5, 36.0], step=1000)[0].cause == "jump"


@pytest.mark.parametrize("signal", ["sbp", "dbp", "steps", "accel"])
def test_signals_that_may_leap_are_not_judged_by_leaps(signal):
    row = SIGNALS[signal]

    assert judged(signal, [row.low, row.high, row.low])[0] == GOOD


def test_missed_beats_spoil_intervals():
    """Every other beat missed half of the time."""
    quality, _ = judged("ibi", [800, 1600, 800, 800, 1600, 800, 1600, 800, 800, 800])

    assert quality.cause == "beats"
    assert quality.share == pytest.approx(0.7)


def test_extra_beats_that_outnumber_true_ones_are_not_usable():
    assert not judged("ibi", [250, 260, 900, 240, 900, 250, 255, 900, 900, 250, 900] + [2000] * 6)[0].usable


@pytest.mark.parametrize("seed", range(20))
def test_fibrillation_is_not_thrown_away_as_bad_beats(seed):
    """Intervals without order, a fifth to a quarter of their mean in spread (Hayano 1997)."""
    rng = np.random.default_rng(seed)
    intervals = rng.uniform(550, 950) * (0.35 + rng.gamma(9, 0.65 / 9, 90))

    quality, _ = judged("ibi", np.clip(intervals, 200, 4000))

    assert quality.usable
    assert quality.share > 0.85


def test_premature_beats_with_their_pauses_are_not_thrown_away():
    assert judged("ibi", [600, 1000] * 30)[0] == GOOD


@given(
    st.sampled_from(sorted(SIGNALS)),
    st.lists(st.floats(-1e6, 1e6) | st.just(math.nan), min_size=1, max_size=40),
)
def test_whatever_comes_the_share_is_of_what_is_left_and_a_bad_minute_has_a_cause(signal, values):
    quality, left = judged(signal, values)

    row = SIGNALS[signal]
    assert 0 <= quality.share <= 1
    assert quality.usable or quality.cause is not None
    assert all(math.isnan(value) or row.low <= value <= row.high for value in left)
    if quality.cause != "beats":
        assert quality.share == pytest.approx(1 - np.isnan(left).mean())


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30))
def test_the_middle_is_the_median(values):
    assert middle(sorted(values)) == pytest.approx(float(np.median(values)))
