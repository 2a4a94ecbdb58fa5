from __future__ import annotations

import numpy as np
import pytest

from models.training import augment
from models.training.augment import Beats, vary


def steady(af: bool, n: int = 88) -> Beats:
    return Beats(np.full(n, 800.0), np.full(n, af))


@pytest.mark.parametrize("af", [True, False])
def test_a_variation_keeps_the_label_and_stays_a_heart(af: bool) -> None:
    for seed in range(200):
        varied = vary(steady(af), 128.0, np.random.default_rng(seed))

        assert varied.intervals.shape == varied.af.shape
        assert varied.intervals.size >= 60
        assert (varied.af == af).all()
        assert varied.intervals.min() > 50
        assert varied.intervals.max() < 9000


def test_the_same_seed_gives_the_same_beats() -> None:
    first, second = (vary(steady(False), 128.0, np.random.default_rng(7)) for _ in range(2))

    assert np.array_equal(first.intervals, second.intervals)


def test_a_compensated_beat_and_its_pause_last_two_usual_intervals() -> None:
    rng = np.random.default_rng(11)
    sums = []
    for _ in range(50):
        intervals = augment.plant_ectopy(steady(False), rng).intervals
        early = np.flatnonzero(intervals[:-1] < 720)
        sums += (intervals[early] + intervals[early + 1]).tolist()

    assert np.mean(np.abs(np.array(sums) - 1600) < 80) > 0.3


def test_missed_beats_join_intervals_and_lose_no_time() -> None:
    missed = augment.miss_beats(steady(False), np.random.default_rng(3))

    assert set(missed.intervals.tolist()) == {800.0, 1600.0}
    assert missed.intervals.sum() == 88 * 800.0


def test_extra_beats_split_intervals_and_lose_no_time() -> None:
    split = augment.extra_beats(steady(False), np.random.default_rng(5))

    assert split.intervals.size > 88
    assert split.intervals.sum() == pytest.approx(88 * 800.0)


def test_breathing_does_not_touch_fibrillation() -> None:
    assert np.array_equal(
        augment.breathe(steady(True), np.random.default_rng(0)).intervals, steady(True).intervals
    )


def test_a_pacemaker_ends_long_intervals() -> None:
    rng = np.random.default_rng(0)
    wild = Beats(rng.uniform(400, 1200, 88), np.ones(88, dtype=bool))

    paced = augment.pace(wild, rng)

    assert paced.intervals.max() < 1190
    assert np.mean(np.diff(np.sort(paced.intervals)) < 3) > np.mean(np.diff(np.sort(wild.intervals)) < 3)


def test_flutter_keeps_to_its_atrial_clock_and_is_not_fibrillation() -> None:
    beats = augment.flutter(steady(True), np.random.default_rng(1))

    assert not beats.af.any()
    assert len(np.unique(np.round(beats.intervals / 60))) < 20
