"""Counts hold every possible value to the resolution of its signal, and say what is no value."""

from __future__ import annotations

import math
from array import array

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.signals.catalogue import SIGNALS
from models.signals.counts import ABOVE, BELOW, FEW, MISSING, ascending, counted, counted_columns, values_of
from streams.records import Column

signals = pytest.mark.parametrize("signal", sorted(SIGNALS))


@signals
def test_all_that_is_possible_fits(signal):
    row = SIGNALS[signal]
    counts = counted(signal, [row.low, row.high])

    assert max(counts) < BELOW
    assert values_of(signal, counts).tolist() == [row.low, row.high]


@signals
def test_what_is_no_value_has_its_own_count(signal):
    row = SIGNALS[signal]

    counts = counted(signal, [row.low, row.low - 0.01, row.high + 0.01, math.inf, -math.inf, math.nan])

    assert counts.tolist()[1:] == [BELOW, ABOVE, ABOVE, BELOW, MISSING]


@given(st.sampled_from(sorted(SIGNALS)), st.floats(0, 1))
def test_a_value_is_kept_to_half_its_resolution(signal, share):
    row = SIGNALS[signal]
    value = row.low + share * (row.high - row.low)

    [kept] = values_of(signal, counted(signal, [value]))

    assert abs(kept - value) <= row.resolution / 2 * (1 + 1e-9)


@pytest.mark.parametrize(("signal", "value"), [("temp", 36.615), ("hr", 61.3), ("glucose", 104.4)])
def test_a_decimal_comes_back_as_it_was_written(signal, value):
    assert values_of(signal, counted(signal, [value])).tolist() == [value]


@pytest.mark.parametrize("hertz", [128, 250, 500, 1000])
def test_intervals_of_usual_clocks_are_exact(hertz):
    interval = round(0.8 * hertz) * 1000 / hertz

    assert values_of("ibi", counted("ibi", [interval])).tolist() == [interval]


@given(
    st.dictionaries(
        st.sampled_from(sorted(SIGNALS)),
        st.lists(st.floats(-1e9, 1e9) | st.floats(20, 40) | st.just(math.nan), min_size=1, max_size=FEW),
        min_size=1,
        max_size=3,
    )
)
def test_columns_are_counted_together_as_alone(values):
    counts, possible = counted_columns({name: Column(0, column) for name, column in values.items()})

    assert counts == {name: counted(name, column) for name, column in values.items()}
    assert possible == all(max(column) < BELOW for column in counts.values())


@signals
def test_many_are_counted_as_few(signal):
    row = SIGNALS[signal]
    values = [row.low + (row.high - row.low) * k / 997 for k in range(998)]

    many, _ = counted_columns({signal: Column(0, values)})

    assert many[signal] == sum((counted(signal, [value]) for value in values), array("H"))


@given(st.lists(st.lists(st.integers(0, MISSING), min_size=1, max_size=3 * FEW), min_size=1, max_size=5))
def test_each_signals_samples_are_sorted_by_themselves(samples):
    found = ascending([array("H", counts) for counts in samples])

    assert [list(counts) for counts in found] == [sorted(counts) for counts in samples]
