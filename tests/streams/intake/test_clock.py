"""Stream time: one clock that runs ahead moves nobody, a fleet that comes back moves all."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.intake.clock import CLAIMS, PATIENCE_MS, SOLE, StreamClock

NOW = 1_767_592_800_000
MINUTE = 60_000
HOUR = 60 * MINUTE
AHEAD = 10 * MINUTE


def settled(time=NOW):
    clock = StreamClock()
    for wearer in ("ann", "bob"):
        assert clock.believe(wearer, time, AHEAD, NOW)
    assert clock.settled
    return clock


def test_two_wearers_that_agree_settle_the_time():
    clock = StreamClock()
    clock.believe("ann", NOW, AHEAD, NOW)
    assert not clock.settled

    clock.believe("bob", NOW + MINUTE, AHEAD, NOW)

    assert (clock.settled, clock.time) == (True, NOW + MINUTE)


def test_a_wrong_first_packet_is_followed_back():
    clock = StreamClock()
    clock.believe("ann", NOW + 1000 * HOUR, AHEAD, NOW)
    clock.believe("bob", NOW, AHEAD, NOW)
    clock.believe("cat", NOW + MINUTE, AHEAD, NOW)

    assert (clock.settled, clock.time) == (True, NOW + MINUTE)


def test_time_goes_on_and_never_back_once_settled():
    clock = settled()

    assert clock.believe("ann", NOW + AHEAD, AHEAD, NOW)
    assert clock.believe("ann", NOW - 5 * HOUR, AHEAD, NOW)

    assert clock.time == NOW + AHEAD


def test_one_device_ahead_among_others_is_refused_however_long_it_goes_on():
    clock = settled()
    for minute in range(500):
        assert not clock.believe("odd", NOW + 24 * HOUR + minute * MINUTE, AHEAD, NOW)
        assert clock.believe("ann", NOW + minute * MINUTE, AHEAD, NOW)

    assert clock.time == NOW + 499 * MINUTE


def test_a_fleet_that_returns_after_a_night_is_believed():
    clock, morning = settled(), NOW + 8 * HOUR
    believed = [clock.believe(f"w{i % 5}", morning + i * 1000, AHEAD, NOW) for i in range(CLAIMS + 20)]

    assert believed == [False] * CLAIMS + [True] * 20
    assert clock.time == morning + (CLAIMS + 19) * 1000


def test_one_believed_packet_in_between_contradicts():
    clock, morning = settled(), NOW + 8 * HOUR
    for i in range(CLAIMS):
        assert not clock.believe(f"w{i}", morning, AHEAD, NOW)
    assert clock.believe("ann", NOW + MINUTE, AHEAD, NOW)

    assert not clock.believe("w0", morning, AHEAD, NOW)


def test_a_sole_wearer_is_believed_at_once():
    clock = StreamClock()
    for minute in range(SOLE + 1):
        clock.believe("ann", NOW + minute * MINUTE, AHEAD, NOW)

    assert clock.settled
    assert clock.believe("ann", NOW + 9 * HOUR, AHEAD, NOW)
    assert clock.time == NOW + 9 * HOUR
    assert not clock.believe("bob", NOW + 99 * HOUR, AHEAD, NOW)


def test_however_many_packets_one_device_syncs_it_does_not_move_the_others():
    clock = settled()
    for minute in range(300):
        assert not clock.believe("odd", NOW + 9 * HOUR + minute * MINUTE, AHEAD, NOW + minute)

    assert clock.time == NOW


def test_a_long_sync_in_time_does_not_make_its_wearer_the_stream():
    clock = settled()
    for _ in range(2 * SOLE):
        assert clock.believe("odd", NOW, AHEAD, NOW)

    assert not clock.believe("odd", NOW + 9 * HOUR, AHEAD, NOW)


def test_one_wearer_is_believed_when_nobody_else_has_spoken_for_long():
    clock = settled()
    for minute in range(CLAIMS):
        assert not clock.believe("odd", NOW + 9 * HOUR + minute * MINUTE, AHEAD, NOW + minute * MINUTE)

    assert clock.believe("odd", NOW + 10 * HOUR, AHEAD, NOW + PATIENCE_MS)


def test_a_statement_of_the_wall_clock_moves_time_and_settles_it():
    clock = StreamClock()
    clock.advance(NOW)
    clock.advance(NOW - HOUR)

    assert (clock.settled, clock.time) == (True, NOW)
    assert not clock.believe("ann", NOW + HOUR, AHEAD, NOW)


@pytest.mark.parametrize(("ahead", "believed"), [(AHEAD, True), (AHEAD + 1, False)])
def test_the_edge_of_what_is_ahead(ahead, believed):
    assert settled().believe("ann", NOW + ahead, AHEAD, NOW) is believed


EVENTS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 50)), max_size=60)


@given(EVENTS, EVENTS)
def test_a_stored_clock_goes_on_the_same(before, after):
    lived = StreamClock()
    for wearer, step in before:
        lived.believe(wearer, NOW + step * MINUTE, AHEAD, NOW)
    restored = msgspec.msgpack.decode(msgspec.msgpack.encode(lived), type=StreamClock)

    told = [[c.believe(w, NOW + s * MINUTE, AHEAD, NOW) for w, s in after] for c in (lived, restored)]

    assert told[0] == told[1]
    assert lived == restored


@given(EVENTS)
def test_once_settled_time_never_goes_back_and_what_is_not_ahead_is_believed(events):
    clock = settled()
    for wearer, step in events:
        before = clock.time
        believed = clock.believe(wearer, NOW + step * MINUTE, AHEAD, NOW)
        assert clock.time >= before
        assert believed or NOW + step * MINUTE > before + AHEAD
