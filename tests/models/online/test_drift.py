"""A lasting shift is found, noise and an episode are not, and a stored test goes on."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.online.drift import DriftSnapshot, DriftTest


def found(values):
    test = DriftTest()
    return [i for i, value in enumerate(values) if test.update(float(value))]


def noise(seed, count, mean=0.0):
    return np.random.default_rng(seed).normal(mean, 1, count)


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("shift", [2.0, -2.0])
def test_a_lasting_shift_is_found_within_hours(seed, shift):
    [first, *_] = found([*noise(seed, 1440), *noise(seed + 50, 480, shift)])

    assert 1440 < first < 1440 + 360


@pytest.mark.parametrize("seed", range(5))
def test_noise_is_no_drift(seed):
    assert found(noise(seed, 7 * 1440)) == []


def test_half_an_hour_of_anything_is_no_drift():
    assert found([*noise(1, 600), *[50.0] * 30, *noise(2, 600)]) == []


@given(st.lists(st.floats(-9, 9), max_size=300), st.lists(st.floats(-9, 9), max_size=300))
def test_a_stored_test_goes_on_bit_for_bit(before, after):
    lived = DriftTest()
    for value in before:
        lived.update(value)
    restored = DriftTest(msgspec.msgpack.decode(msgspec.msgpack.encode(lived.snapshot()), type=DriftSnapshot))

    assert [restored.update(value) for value in after] == [lived.update(value) for value in after]
    assert restored.snapshot() == lived.snapshot()


def test_a_test_stored_at_the_very_minute_of_a_find_goes_on_too():
    lived, find = DriftTest(), None
    for value in [0.0] * 600 + [3.0] * 600:
        if lived.update(value):
            find = DriftTest(lived.snapshot())
            break
    assert find is not None

    tail = [3.0] * 200 + [-3.0] * 600
    assert [find.update(value) for value in tail] == [lived.update(value) for value in tail]
