"""Times as runs: the same times come back, even ones as three numbers."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from models.signals.runs import CHAINED, SIXTEENTHS, Chain, behind, joined, runs_of, times_of

START = 1_767_592_800_000
times = st.lists(st.sampled_from([0, 1, 5, 1000, 1000, 1000, 7919]), min_size=1, max_size=60).map(
    lambda gaps: [START + sum(gaps[:k]) for k in range(1, len(gaps) + 1)]
)
intervals = st.lists(st.integers(3200, 64_000), min_size=1, max_size=20).map(lambda found: array("H", found))


@given(times)
def test_any_times_come_back(at):
    runs = runs_of(array("q", at))

    assert times_of(runs, array("H", [1]) * len(at)).tolist() == at


@given(times, st.integers(0, 60))
def test_what_lies_behind_a_cut_comes_back(at, cut):
    cut, counts = min(cut, len(at)), array("H", [1]) * len(at)

    left = behind(runs_of(array("q", at)), counts, cut)

    assert times_of(left, counts[cut:]).tolist() == at[cut:]


@given(st.lists(times, min_size=1, max_size=5))
def test_packets_in_any_order_come_back_as_they_came(packets):
    runs, counts = array("q"), array("H")
    for at in packets:
        joined(runs, runs_of(array("q", at)), counts)
        counts.extend([1] * len(at))

    assert times_of(runs, counts).tolist() == [time for at in packets for time in at]


def test_what_goes_on_evenly_stays_one_run():
    runs, counts = array("q"), array("H")
    for packet in range(6):
        joined(runs, runs_of(range(START + packet * 10_000, START + packet * 10_000 + 10_000, 1000)), counts)
        counts.extend([1] * 10)

    assert runs.tolist() == [START, 1000, 60]


def test_single_samples_become_one_run():
    runs, counts = array("q"), array("H")
    for second in range(5):
        joined(runs, runs_of(range(START + second * 1000, START + second * 1000 + 1)), counts)
        counts.append(1)

    assert runs.tolist() == [START, 1000, 5]


@given(st.lists(intervals, min_size=1, max_size=4), st.integers(0, 80))
def test_intervals_that_follow_each_other_are_one_run(packets, cut):
    whole = sum(packets, array("H"))
    runs, counts, start = array("q"), array("H"), START * 16
    for packet in packets:
        joined(runs, array("q", [start, CHAINED, len(packet)]), counts)
        counts.extend(packet)
        start += sum(packet)

    ends = [(START * 16 + sum(whole[: k + 1])) // 16 for k in range(len(whole))]

    assert runs.tolist() == [START * 16, CHAINED, len(whole)]
    assert times_of(runs, whole).tolist() == ends
    cut = min(cut, len(whole))
    assert times_of(behind(runs, whole, cut), whole[cut:]).tolist() == ends[cut:]


@given(intervals)
def test_a_chain_is_the_times_at_which_intervals_end(counts):
    chain = Chain(START * SIXTEENTHS, counts)

    times = times_of(runs_of(chain), counts).tolist()
    assert (list(chain), list(chain[:])) == (times, times)
    assert (chain[0], chain[-1], len(chain)) == (times[0], times[-1], len(counts))
