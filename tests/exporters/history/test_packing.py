from __future__ import annotations

import math

import msgspec
import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from exporters.history.packing import columns, pack, unpack
from models.signals.catalogue import SIGNALS
from streams.records import Reading, Trace
from tests.exporters.history.examples import START, STEP, reading, trace

NUMBERS = st.none() | st.integers(0, 160_000).map(lambda n: n / 10)


@st.composite
def traces(draw):
    signals = {
        name: Reading(
            *(draw(NUMBERS) for _ in range(4)), draw(st.sampled_from([None, 0.0, 0.25, 1.0])), cause
        )
        for name in draw(st.sets(st.sampled_from(sorted(SIGNALS))))
        for cause in [draw(st.sampled_from(["", "off_body"]))]
    }
    return Trace(
        "w", START, "low", "walk", draw(st.integers(-720, 720)), draw(st.none() | st.just(0.5)), signals
    )


@given(traces())
def test_a_trace_comes_back_as_it_was(one):
    assert unpack("w", START, pack(one)) == one


@given(st.lists(traces(), max_size=6))
def test_columns_tell_what_each_trace_tells(many):
    found = columns([(number, pack(one)) for number, one in enumerate(many)])

    assert found.time.tolist() == list(range(len(many)))
    assert found.numbers.keys() == {name for one in many for name in one.signals}
    for name, table in found.numbers.items():
        for number, one in enumerate(many):
            told = one.signals.get(name, Reading())
            value = table[number, 0]
            assert (None if math.isnan(value) else round(value, 3)) == told.value
            assert found.causes[name][number] == told.cause


def test_only_the_signals_asked_for_are_read():
    one = trace(signals={"hr": reading(60.0), "spo2": reading(97.0)})

    found = columns([(START, pack(one))], frozenset({"spo2", "temp"}))

    assert list(found.numbers) == ["spo2"]
    assert np.isclose(found.numbers["spo2"][0, 0], 97.0)


def test_a_trace_of_six_signals_takes_a_quarter_of_its_json():
    names = ["hr", "spo2", "rr", "temp", "sbp", "dbp"]
    one = trace(unusual=0.25, signals={name: reading(60.125, 61.375) for name in names})

    assert len(pack(one)) < 200
    assert len(pack(one)) < len(msgspec.json.encode(one)) / 3


def test_traces_without_signals_leave_a_blank():
    rows = [trace("w", 0), trace("w", 1, signals={}), trace("w", 2, hr=70.0)]

    found = columns([(one.time, pack(one)) for one in rows])

    assert np.array_equal(found.numbers["hr"][:, 0], [60.0, np.nan, 70.0], equal_nan=True)
    assert found.time.tolist() == [START, START + STEP, START + 2 * STEP]
