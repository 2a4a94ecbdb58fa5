"""From packets to views: the same in any order of arrival, and bad data named instead of used."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.observe import fall_silent, take
from models.signals.columns import columns_of
from models.snapshot import WearerSnapshot, dump, load
from models.wearer import Device, Seen, Wearer
from tests.streams.engine.shards import MINUTE, START, packet, simulated

LATENESS = 180_000
WATCH = [p for p in simulated(5) if p.device == "sim-00001-watch"][:60]


def observe(packets, lateness=LATENESS, contact=True, seen=None):
    """Views, windows of beats and late samples of one device's packets, all windows closed at the end."""
    seen = seen or Seen()
    device = seen.devices.setdefault("watch", Device())
    told = [take(seen, device, *columns_of(p)[::2], lateness, contact) for p in packets]
    told.append(fall_silent(seen))
    views = [view for observation in told for view in observation.views]
    beats = [(b.start, b.end, b.intervals.tolist()) for o in told for b in o.beats]
    return views, beats, [o.late for o in told if o.late]


@settings(max_examples=20, deadline=None)
@given(delays=st.lists(st.integers(0, LATENESS - 130_000), min_size=len(WATCH), max_size=len(WATCH)))
def test_any_order_of_arrival_within_the_lateness_gives_the_same_views_and_beats(delays):
    """Packets of a minute and a bit, each at most 50 s late."""
    packets = sorted(WATCH, key=lambda p: columns_of(p)[2])
    order = sorted(range(len(packets)), key=lambda i: (columns_of(packets[i])[2] + delays[i], i))
    whole = [p for p in packets if set(p.signals) == set(packets[0].signals)]
    shuffled = [packets[i] for i in order if packets[i] in whole]

    assert observe(shuffled) == observe(whole)


def test_there_is_something_to_compare_in_that():
    views, beats, late = observe(sorted(WATCH, key=lambda p: columns_of(p)[2]))

    assert len(views) > 40
    assert len(beats) > 20
    assert late == []


def test_a_minute_is_the_median_of_its_samples_and_the_sum_of_its_steps():
    [view], _, _ = observe([packet(0, hr=[60.0, 64.0, 62.0], steps=[3.0, 4.0])])

    assert (view.minute, view.values) == (START, {"hr": 62.0, "steps": 7.0})


def test_a_backlog_of_hours_is_seen_minute_by_minute():
    long = packet(0, hr=[60.0, 61.0, 62.0] * 120)
    column = long.signals["hr"]
    spread = type(long)(long.wearer, long.device, 1, {"hr": type(column)(START, column.values, 20_000)})

    views, _, _ = observe([spread])

    assert [view.minute for view in views] == [START + m * MINUTE for m in range(120)]


def test_late_samples_are_counted_by_signal():
    _, _, late = observe([packet(10, hr=[60.0], temp=[36.6]), packet(0, hr=[61.0, 62.0])])

    assert late == [{"hr": 2}]


def test_no_contact_spoils_every_reading_of_the_skin():
    [view], _, _ = observe([packet(0, hr=[60.0, 61.0], spo2=[97.0])], contact=False)

    assert (view.values, view.causes) == ({}, {"hr": "contact", "spo2": "contact"})


def test_movement_spoils_what_is_measured_by_light():
    [view], _, _ = observe([packet(0, accel=[300.0], spo2=[88.0], rr=[30.0], temp=[36.6])])

    assert view.causes == {"spo2": "motion", "rr": "motion"}
    assert set(view.values) == {"accel", "temp"}


def test_a_stuck_sensor_is_flat_after_its_minutes():
    views, _, _ = observe([packet(m, hr=[60.0] * 4) for m in range(15)])

    assert [view.causes for view in views] == [{}] * 10 + [{"hr": "flat"}] * 5


def test_the_same_value_after_a_gap_is_not_flat():
    views, _, _ = observe([packet(m, hr=[60.0]) for m in (0, 600)])

    assert [view.causes for view in views] == [{}, {}]


def test_the_steady_value_is_the_median_of_five_minutes():
    views, _, _ = observe([packet(m, spo2=[v]) for m, v in enumerate([97.0, 96.0, 80.0, 97.0, 95.0, 94.0])])

    assert [view.steady["spo2"] for view in views] == [97.0, 96.5, 96.0, 96.5, 96.0, 95.0]


def test_a_usual_is_told_once_it_is_known_and_by_context():
    minutes = [packet(m, hr=[60.0 + m % 3, 61.0], accel=[9.0]) for m in range(60)]
    views, _, _ = observe(minutes)

    assert {view.context for view in views} == {"rest"}
    assert "hr" not in views[10].usual
    assert views[-1].usual["hr"].mean == pytest.approx(61, abs=1)


@pytest.mark.parametrize("at", [1, 20, 41])
def test_a_stored_wearer_goes_on_the_same(at):
    lived = Wearer("ann")
    observe(WATCH[:at], seen=lived.seen)
    stored = msgspec.msgpack.encode(dump(lived))
    restored = load("ann", msgspec.msgpack.decode(stored, type=WearerSnapshot))

    assert msgspec.msgpack.encode(dump(restored)) == stored
    assert observe(WATCH[at:], seen=restored.seen) == observe(WATCH[at:], seen=lived.seen)
    assert dump(restored) == dump(lived)
