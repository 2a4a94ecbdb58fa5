"""Windows of 60 successive beats: however they arrive in order, never across a break."""

from __future__ import annotations

from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.signals.beats import BEATS, BREAK_MS, BeatBuffer, rmssd
from models.signals.counts import MISSING, counted
from models.signals.runs import SIXTEENTHS, Chain

START = 1_767_592_800_000


def line(intervals, start=START):
    """When intervals end, and the intervals as counts."""
    intervals = np.asarray(intervals, dtype=float)
    return (start + np.cumsum(intervals)).astype(np.int64), counted("ibi", intervals)


def told(windows):
    return [(w.start, w.end, w.intervals.tolist()) for w in windows]


def test_sixty_intervals_make_a_window():
    times, intervals = line(range(700, 700 + BEATS))
    [window] = BeatBuffer().add(times, intervals)

    assert window.intervals.dtype == np.float32
    assert window.intervals.tolist() == list(range(700, 700 + BEATS))
    assert (window.start, window.end) == (START, int(times[-1]))


@given(st.lists(st.integers(1, 70), min_size=1, max_size=12), st.integers(0, 99))
def test_how_beats_are_cut_into_minutes_changes_nothing(sizes, seed):
    times, intervals = line(np.random.default_rng(seed).integers(600, 1100, sum(sizes)))
    whole, pieces, buffer, at = BeatBuffer(), [], BeatBuffer(), 0
    for size in sizes:
        pieces += buffer.add(times[at : at + size], intervals[at : at + size])
        at += size

    assert told(pieces) == told(whole.add(times, intervals))
    assert (buffer.counts, buffer.last) == (whole.counts, whole.last)


@given(st.lists(st.integers(3200, 64_000), min_size=1, max_size=150), st.integers(-6000, 6000))
def test_beats_in_a_chain_make_the_windows_of_their_times(intervals, after):
    chained, plain = BeatBuffer(), BeatBuffer()
    for buffer in (chained, plain):
        buffer.add(*line([800.0] * 40, START - 40 * 800 - after))
    counts = array("H", intervals)
    chain = Chain(START * SIXTEENTHS, counts)

    windows = chained.add(chain, counts)

    assert told(windows) == told(plain.add(np.array(list(chain)), counts))
    assert (chained.counts, chained.last) == (plain.counts, plain.last)


def test_a_break_ends_the_run():
    first, second = line([800.0] * 40), line([900.0] * 70, START + 40 * 800 + BREAK_MS + 1)
    buffer = BeatBuffer()

    windows = buffer.add(*first) + buffer.add(*second)

    assert [set(window.intervals.tolist()) for window in windows] == [{900.0}]


def test_a_break_within_a_minute_ends_the_run_too():
    first, second = line([800.0] * 40), line([900.0] * 70, START + 40 * 800 + BREAK_MS + 1)
    both = np.concatenate([first[0], second[0]]), first[1] + second[1]

    assert [set(w.intervals.tolist()) for w in BeatBuffer().add(*both)] == [{900.0}]


def test_a_missed_beat_does_not_end_the_run():
    times, intervals = line([800.0] * BEATS)
    holed = intervals[:]
    holed[10] = MISSING

    assert BeatBuffer().add(times, holed) == []
    buffer = BeatBuffer()
    assert not buffer.add(times, holed)
    assert len(buffer.counts) == BEATS - 1


def test_nothing_usable_gives_nothing():
    times, intervals = line([800.0] * BEATS)

    assert BeatBuffer().add(times, array("H", [MISSING]) * len(intervals)) == []


def test_rmssd_is_the_root_mean_square_of_differences():
    intervals = np.array([800.0, 810.0] * 10)

    assert rmssd(intervals) == pytest.approx(10.0)


def test_rmssd_leaves_ectopic_beats_out():
    calm = [800.0, 810.0] * 20

    assert rmssd(np.array([*calm, 400.0, 1200.0, *calm])) == pytest.approx(10.0, abs=0.5)


@pytest.mark.parametrize("intervals", [[], [800.0], [800.0, 810.0] * 5, [400.0, 900.0] * 30])
def test_too_few_plain_differences_give_no_rmssd(intervals):
    assert rmssd(np.array(intervals)) is None
