"""Minute windows: the same whatever the order of arrival, and late is what its minute no longer takes."""

from __future__ import annotations

from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.signals.columns import extent, sample_times
from models.signals.counts import counted
from models.signals.runs import SIXTEENTHS, Chain
from models.signals.windows import MINUTE, OPEN, Track, split
from streams.records import Column

START = 1_767_592_800_000
LATENESS = 60_000


def put(track, times, values):
    """Add samples of a heart rate; gives how many were not taken."""
    return track.add(array("q", times), counted("hr", values))


def closed(packets, lateness=LATENESS):
    """Windows and number of late samples of packets, each a list of (time, value)."""
    track, windows, late = Track(), [], 0
    for samples in packets:
        times = [time for time, _ in samples]
        late += put(track, times, [value for _, value in samples])
        windows += track.close("hr", times[-1], lateness)
    windows += track.flush("hr")
    return [(w.minute, list(w.times), w.values.tolist()) for w in windows], late


@st.composite
def arrivals(draw):
    """Packets of 5 s, and the same packets shuffled by delays that the lateness allows."""
    count = draw(st.integers(1, 80))
    gaps = draw(st.lists(st.integers(1, 40), min_size=count, max_size=count))
    starts = START + 5000 * np.cumsum(gaps)
    packets = [
        [(int(start) + 1000 * i, draw(st.sampled_from([60.0, 61.0, 90.0]))) for i in range(5)]
        for start in starts
    ]
    delays = draw(st.lists(st.integers(0, LATENESS - 5000), min_size=count, max_size=count))
    order = sorted(range(count), key=lambda i: (packets[i][-1][0] + delays[i], i))
    return packets, [packets[i] for i in order]


@given(arrivals())
def test_any_order_of_arrival_within_the_lateness_gives_the_same_windows(arrived):
    in_order, shuffled = arrived

    windows, late = closed(shuffled)

    assert late == 0
    assert windows == closed(in_order)[0]
    assert sum(len(times) for _, times, _ in windows) == sum(map(len, in_order))


def test_a_window_holds_its_minute_in_time_order():
    track = Track()
    put(track, [START + 30_000, START + 61_000], [62.0, 63.0])
    put(track, [START + 1000], [61.0])

    [window] = track.close("hr", START + 2 * MINUTE, LATENESS)

    assert (window.minute, window.values.tolist()) == (START, [61.0, 62.0])
    assert track.times.tolist() == [START + 61_000]


def test_a_minute_closes_when_the_watermark_passes_its_end():
    track = Track()
    put(track, [START], [60.0])

    assert not list(track.close("hr", START + MINUTE + LATENESS - 1, LATENESS))
    assert len(list(track.close("hr", START + MINUTE + LATENESS, LATENESS))) == 1


def test_samples_of_a_closed_minute_are_late_the_others_are_taken():
    track = Track()
    list(track.close("hr", START + 5 * MINUTE, LATENESS))

    late = put(track, [START, START + 4 * MINUTE - 1, START + 4 * MINUTE], [61.0, 62.0, 63.0])

    assert late == 2
    assert track.counts.tolist() == [6300]


def test_the_watermark_never_goes_back():
    track = Track()
    list(track.close("hr", START + 10 * MINUTE, LATENESS))
    list(track.close("hr", START, LATENESS))

    assert (track.newest, track.closed) == (START + 10 * MINUTE, START + 9 * MINUTE)


def test_a_backlog_of_hours_is_cut_into_its_minutes():
    samples = [(START + second * 1000, 60.0 + second % 60) for second in range(6 * 3600)]

    windows, late = closed([samples])

    assert late == 0
    assert [minute for minute, _, _ in windows] == [START + m * MINUTE for m in range(360)]
    assert all(len(times) == 60 for _, times, _ in windows)


def test_minutes_without_samples_are_not_made():
    windows = split("hr", np.array([START, START + 90 * MINUTE]), array("H", [6000, 6100]))

    assert [window.minute for window in windows] == [START, START + 90 * MINUTE]


def test_a_flush_closes_the_open_minute_and_what_comes_for_it_is_late():
    track = Track()
    put(track, [START + 1000], [60.0])

    assert [window.minute for window in track.flush("hr")] == [START]
    assert put(track, [START + 59_999], [60.0]) == 1
    assert put(track, [START + MINUTE], [60.0]) == 0


def test_a_flush_of_nothing_gives_nothing():
    assert list(Track().flush("hr")) == []


@pytest.mark.parametrize(
    ("column", "times"),
    [
        (Column(START, [1.0]), [0]),
        (Column(START, [1.0, 2.0, 3.0], step=250), [0, 250, 500]),
        (Column(START, [1.0, 2.0], offsets=[5, 700]), [5, 700]),
        (Column(START, [1.0, 2.0], offsets=[5, 5]), [5, 5]),
        (Column(START, [1.0, 2.0], step=9, offsets=[0, 700]), [0, 700]),
    ],
)
def test_a_column_says_when_each_value_was_measured(column, times):
    assert [time - START for time in sample_times(column)] == times


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (Column(START, [1.0, 2.0]), "step or offsets"),
        (Column(START, [1.0, 2.0], offsets=[1]), "differ in number"),
        (Column(START, [1.0, 2.0], offsets=[]), "differ in number"),
        (Column(START, [1.0, 2.0], offsets=[2, 1]), "backwards"),
        (Column(START, [1.0], offsets=[-1]), "backwards"),
    ],
)
def test_a_column_without_a_time_for_each_value_is_refused(column, message):
    with pytest.raises(ValueError, match=message):
        sample_times(column)


def test_a_column_speaks_for_its_last_step_too():
    column = Column(START, [1.0, 2.0], step=5000)

    assert extent(column, sample_times(column)) == START + 10_000


def fill(track, start, count, step):
    """One packet of so many samples; gives how many were not taken."""
    times = range(start, start + count * step, step)
    return track.add(times, array("H", [6000]) * count), times[-1]


def test_an_open_minute_takes_no_more_than_its_room():
    track = Track()

    lost = [fill(track, START + number, 15_000, 1)[0] for number in range(3)]

    assert lost == [0, 10_000, 15_000]
    assert len(track.times) == OPEN


def test_there_is_room_again_when_the_minute_closes():
    track = Track()
    fill(track, START, 30_000, 1)

    windows = list(track.close("hr", START + 3 * MINUTE, LATENESS))
    lost, _ = fill(track, START + 3 * MINUTE, 100, 1000)

    assert [len(window.times) for window in windows] == [OPEN]
    assert lost == 0


@pytest.mark.parametrize("before", [0, 1000])
def test_a_day_at_once_is_taken_whole(before):
    """Nearly all of it is closed by its own newest sample."""
    track, taken = Track(), 0
    if before:
        lost, last = fill(track, START, before, 1000)
        taken += sum(len(window.times) for window in track.close("hr", last, LATENESS))
    lost, last = fill(track, START + before * 1000, 86_400, 1000)
    taken += sum(len(window.times) for window in track.close("hr", last, LATENESS))
    taken += sum(len(window.times) for window in track.flush("hr"))

    assert lost == 0
    assert taken == 86_400 + before


def test_five_minutes_at_64_hz_fit():
    track = Track()
    for second in range(600):
        lost, last = fill(track, START + second * 1000, 64, 15)
        list(track.close("hr", last, 3 * MINUTE))

        assert lost == 0


chains = st.lists(st.lists(st.integers(3200, 64_000), min_size=1, max_size=150), min_size=1, max_size=4)


@given(chains, st.integers(0, MINUTE - 1), st.sampled_from([0, LATENESS]))
def test_minutes_of_intervals_in_a_chain_are_those_of_their_times(packets, into, lateness):
    chained, plain, start = Track(), Track(), (START + into) * SIXTEENTHS
    for packet in packets:
        counts = array("H", packet)
        chain = Chain(start, counts)
        times = array("q", list(chain))
        start += sum(packet)

        assert chained.add(chain, counts) == plain.add(times, counts)
        windows = [track.close("ibi", times[-1], lateness) for track in (chained, plain)]
        found, expected = ([(w.minute, list(w.times), w.counts) for w in of] for of in windows)
        assert found == expected
        assert chained.times.tolist() == plain.times.tolist()
