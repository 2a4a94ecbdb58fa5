"""The usual course of the day: learnt block by block, hardly moved by episodes, small."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.online.clock import BINS, BLOCK, KEPT, VITALS, Clock, Clocks

DAY = 1440
START = 20_000 * DAY


def day_shape(at):
    """A pulse that is highest at 15 h."""
    return 60 + 5 * math.cos((at % DAY - 15 * 60) * 2 * math.pi / DAY)


def lived(days, value=day_shape, clocks=None, first=0):
    clocks = clocks or Clocks()
    errors = []
    for at in range(START + first * DAY, START + (first + days) * DAY, 5):
        closed = clocks.put(at, {"hr": value(at)}, True)
        errors += [] if closed is None else closed.values()
    return clocks, errors


def test_the_usual_follows_the_hour_of_the_day():
    clocks, _ = lived(10)

    clock = clocks.vitals["hr"]
    assert clock.offset("hr", 15 * 60) == pytest.approx(5, abs=0.8)
    assert clock.offset("hr", 3 * 60) == pytest.approx(-5, abs=0.8)
    assert sum(u or 0 for u in clock.usuals("hr")) / BINS == pytest.approx(60, abs=0.5)


def test_the_hour_of_day_is_not_known_before_a_whole_day_was_seen():
    clocks = Clocks()
    for at in range(START, START + 12 * 60):
        clocks.put(at, {"hr": 60.0}, True)

    assert clocks.vitals["hr"].offset("hr", 600) == 0


def test_its_errors_fall_below_those_of_yesterdays_last_block():
    _, errors = lived(10)

    swings = [abs(day_shape(at) - day_shape(at + BLOCK)) for at in range(0, DAY, BLOCK)]
    assert np.mean(np.abs(errors[-BINS:])) < 0.2 * np.mean(swings)


def test_episodes_in_a_fifth_of_the_blocks_hardly_move_it():
    rng = np.random.default_rng(1)
    ill = rng.random(40 * BINS) < 0.2

    def value(at):
        return day_shape(at) + rng.normal(0, 2) + 25 * ill[(at - START) // BLOCK]

    clocks, _ = lived(40, value)
    usual = clocks.vitals["hr"].usuals("hr")
    off = [u - day_shape(i * BLOCK + BLOCK / 2) for i, u in enumerate(usual)]
    assert np.mean(off) < 3.0


def test_only_resting_minutes_count():
    clocks = Clocks()
    for at in range(START, START + DAY):
        clocks.put(at, {"hr": 120.0}, False)

    assert clocks.vitals == {}


def test_a_minute_of_a_closed_block_is_left_out():
    clocks, _ = lived(2)
    before = msgspec.msgpack.encode(clocks)

    clocks.put(START, {"hr": 150.0}, True)

    assert msgspec.msgpack.encode(clocks) == before


def test_blocks_that_were_not_worn_leave_gaps():
    clocks, _ = lived(3)
    lived(1, clocks=clocks, first=4)

    off = clocks.vitals["hr"].differences("hr")
    assert len(off) == KEPT
    assert off.count(None) == BINS


@given(st.sampled_from(sorted(VITALS)), st.floats(0.5, 120))
def test_usuals_come_back_within_a_fine_step(name, value):
    clock, low = Clock(), VITALS[name].fine
    clock.total, clock.count = round(1000 * value) * 60, 60
    clock.finish(name, 0)

    [usual] = [u for u in clock.usuals(name) if u is not None]
    assert usual == pytest.approx(min(value, 65_535 * low), abs=low + 1e-3)


MINUTES = st.lists(
    st.tuples(
        st.integers(0, 3 * DAY),
        st.dictionaries(st.sampled_from(sorted(VITALS)), st.floats(1, 200), min_size=1),
        st.booleans(),
    ),
    max_size=80,
)


@given(MINUTES, MINUTES)
def test_stored_clocks_go_on_bit_for_bit(before, after):
    clocks, _ = lived(2)
    for at, *minute in before:
        clocks.put(START + at, *minute)
    restored = msgspec.msgpack.decode(msgspec.msgpack.encode(clocks), type=Clocks)

    told = [restored.put(START + at, *minute) for at, *minute in after]
    assert told == [clocks.put(START + at, *minute) for at, *minute in after]
    assert msgspec.msgpack.encode(restored) == msgspec.msgpack.encode(clocks)


def test_five_vitals_are_small():
    clocks = Clocks()
    for at in range(START, START + 12 * DAY, 5):
        clocks.put(at, dict.fromkeys(VITALS, 50.0), True)

    assert len(msgspec.msgpack.encode(clocks)) <= 410
