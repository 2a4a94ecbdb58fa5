"""The own usual: what numpy computes directly, a snapshot that goes on, and episodes that teach little."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.online.baseline import (
    CLIP,
    FADING,
    FADING_RECENT,
    FAR,
    FAR_REACH,
    LEARNING,
    Baseline,
    BaselineSnapshot,
    Usual,
    widest,
)

FLOOR = 2.0


def learn(values, baseline=None):
    baseline = baseline or Baseline(FLOOR)
    for value in values:
        baseline.learn(value, baseline.usual())
    return baseline


def weighted(values, fading):
    """Mean and variance with weights that fade by (1 - fading) a step, newest heaviest."""
    values = np.asarray(values)
    weights = (1 - fading) ** np.arange(len(values))[::-1]
    mean = np.average(values, weights=weights)
    return mean, np.average((values - mean) ** 2, weights=weights)


def taught_as(value, usual):
    """What a value teaches: itself up to CLIP spreads, then less and less, never nothing."""
    away = (value - usual.mean) / usual.spread
    reach = np.interp(abs(away), [0, CLIP, FAR, 1e9], [0, CLIP, FAR_REACH, FAR_REACH])
    return usual.mean + np.sign(away) * reach * usual.spread


@settings(max_examples=50)
@given(st.integers(0, 2**32), st.integers(1, 1500), st.floats(30, 200), st.floats(3, 9))
def test_mean_and_spread_are_the_fading_weighted_ones_from_the_first_value_on(seed, count, level, spread):
    # A triangular draw stays within what is learnt whole, once the first values have shown its spread.
    values = np.random.default_rng(seed).triangular(level - 2 * spread, level, level + 2 * spread, count)
    taught = learn(values[:LEARNING].tolist())
    usual_before = []
    for value in values[LEARNING:].tolist():
        usual = taught.usual()
        usual_before.append((value, usual))
        taught.learn(value, usual)
    clipped = [*values[:LEARNING], *(taught_as(v, u) for v, u in usual_before)]

    usual = taught.usual()

    mean, variance = weighted(clipped, FADING)
    assert usual.mean == pytest.approx(mean, rel=1e-9)
    assert usual.spread == pytest.approx(max(np.sqrt(variance), FLOOR), rel=1e-6)


def test_the_recent_level_is_a_mean_that_fades_sooner():
    values = np.random.default_rng(1).normal(70, 3, LEARNING)

    usual = learn(values.tolist()).usual()

    assert usual.recent == pytest.approx(weighted(values, FADING_RECENT)[0], rel=1e-9)


def test_one_value_is_its_own_mean():
    assert learn([61.5]).usual() == Usual(61.5, FLOOR, 61.5, FLOOR)


def test_before_the_first_value_nothing_is_known():
    assert not Baseline(FLOOR).known
    assert Baseline(FLOOR).usual().spread == FLOOR
    assert Baseline(FLOOR).snapshot() == BaselineSnapshot(0, 0.0, 0.0, 0.0, 0.0, 0.0)


def test_it_is_learning_until_enough_was_seen():
    assert not learn([60.0] * (LEARNING - 1)).known
    assert learn([60.0] * LEARNING).known


def test_the_spread_is_never_below_the_devices_error():
    assert learn([60.0] * 500).usual().spread == FLOOR


def test_an_episode_hardly_moves_the_usual():
    calm = np.random.default_rng(2).normal(60, 2, 600).tolist()
    baseline = learn(calm)
    before = baseline.usual()

    learn([140.0] * 30, baseline)

    assert baseline.usual().mean - before.mean < 1.0
    assert (140 - baseline.usual().mean) / baseline.usual().spread > 15


@pytest.mark.parametrize("lasting", [1, 30])
@pytest.mark.parametrize("by", [15.0, 25.0, 60.0])
def test_episodes_in_a_fifth_of_the_minutes_hardly_move_it(lasting, by):
    rng = np.random.default_rng(5)
    ill = (rng.random(9000 // lasting) < 0.2).repeat(lasting)
    baseline, offs, spreads = Baseline(FLOOR), [], []
    for i, value in enumerate(60 + 2 * rng.standard_normal(len(ill))):
        learn([value + by * ill[i] * (i > 300)], baseline)
        offs.append(baseline.usual().mean - 60)
        spreads.append(baseline.usual().spread)

    assert np.mean(offs[2000:]) < 0.85 * 2
    assert np.mean(spreads[2000:]) < 1.85 * 2


def test_a_lasting_change_becomes_the_usual_in_the_end():
    baseline = learn(np.random.default_rng(3).normal(60, 2, 600).tolist())

    learn(np.random.default_rng(4).normal(75, 2, 3000).tolist(), baseline)

    assert baseline.usual().mean == pytest.approx(75, abs=1.5)


@given(
    st.lists(st.floats(20, 300), max_size=120),
    st.lists(st.floats(20, 300), min_size=1, max_size=60),
)
def test_a_stored_baseline_goes_on_bit_for_bit(before, after):
    lived = learn(before)
    stored = msgspec.msgpack.encode(lived.snapshot())
    restored = Baseline(FLOOR, msgspec.msgpack.decode(stored, type=BaselineSnapshot))

    for value in after:
        assert restored.usual() == lived.usual()
        lived.learn(value, lived.usual())
        restored.learn(value, restored.usual())

    assert restored.snapshot() == lived.snapshot()


USUALS = st.lists(
    st.builds(Usual, st.floats(30, 120), st.floats(1, 20), st.floats(30, 120), st.floats(1, 20)),
    min_size=1,
    max_size=4,
)


@given(USUALS)
def test_an_unknown_context_is_never_narrower_than_a_known_one(usuals):
    wide = widest(usuals)

    for usual in usuals:
        assert wide.mean - wide.spread <= usual.mean - usual.spread + 1e-9
        assert wide.mean + wide.spread >= usual.mean + usual.spread - 1e-9
        assert wide.spread >= usual.spread - 1e-9
        assert wide.wander >= usual.wander - 1e-9


def test_where_no_context_is_known_nothing_is_usual():
    assert widest([]) is None


def test_the_hour_of_day_moves_the_level_and_not_the_spread():
    assert Usual(60.0, 2.0, 61.0, 1.5).at(3.0) == Usual(63.0, 2.0, 64.0, 1.5)
