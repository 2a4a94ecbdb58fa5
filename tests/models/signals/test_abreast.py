"""Signals that go abreast give the windows that each would give alone."""

from __future__ import annotations

from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from models.signals.abreast import Abreast
from models.signals.counts import counted
from models.signals.windows import MINUTE, Track

START = 1_767_592_800_000
SIGNALS = ("hr", "spo2", "rr")
TIMES = st.builds(
    lambda start, step, count: range(START + start, START + start + step * count, step),
    st.sampled_from([0, 500, 10_000, 60_000, 61_000, 125_000, 3_600_000]),
    st.sampled_from([250, 1000, 7000]),
    st.integers(1, 70),
)
PACKETS = st.lists(st.tuples(TIMES, st.sets(st.sampled_from(SIGNALS), min_size=1)), max_size=12)


def columns(times, signals, seed):
    """Values that differ by signal and time."""
    return {
        s: counted(s, [60.0 + (seed + i) % 9 + len(s) for i in range(len(times))]) for s in sorted(signals)
    }


def alone(track, signal, times, counts, spoken, lateness):
    return track.add(times, counts), track.close(signal, spoken, lateness)


def plain(windows):
    return [(w.signal, w.minute, list(w.times), w.counts) for w in windows]


@given(PACKETS, st.sampled_from([0, MINUTE]))
def test_tracks_that_go_abreast_end_where_each_goes_alone(packets, lateness):
    """Given packets of any signals in any order, I expect the same windows, late samples and open ones."""
    together = {signal: Track() for signal in SIGNALS}
    single = deepcopy(together)

    for seed, (times, signals) in enumerate(packets):
        abreast = Abreast(lateness)
        for signal, counts in columns(times, signals, seed).items():
            found = abreast.take(together[signal], signal, times, counts, times[-1])
            told = alone(single[signal], signal, times, counts, times[-1], lateness)
            assert (told[0], plain(told[1])) == (found[0], plain(found[1]))

    assert single == together


def test_the_second_of_two_signals_shares_the_times_of_the_first():
    """What is shared is what makes it cheap: not one number of the second's times is worked out."""
    abreast, tracks, times = Abreast(0), [Track(), Track()], range(START, START + 2 * MINUTE, 1000)

    windows = [
        abreast.take(track, signal, times, counted(signal, [97.0] * 120), times[-1])[1]
        for signal, track in zip(("hr", "spo2"), tracks, strict=True)
    ]

    assert all(one.times is other.times for one, other in zip(*windows, strict=True))
    assert [w.signal for w in windows[1]] == ["spo2"]
