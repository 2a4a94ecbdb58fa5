"""The ground truth: what it lists shows in the packets."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np
import pytest

from streams.gateways.simulator import Episode, Rates, Simulation, read_truth, write_truth

HOUR = 3_600_000
MINUTE = 60_000


def planted(condition, **options):
    rates = Rates(
        episode_hours=options.pop("every", 6), conditions=(condition,), contact_per_day=0, clock_per_day=0
    )
    return Simulation(seed=21, wearers=30, hours=24, rates=rates, **options)


def plateau(simulation, condition, signal):
    """Medians of a signal over the middle third of each primary episode."""
    episodes = [e for e in simulation.truth if e.condition == condition and e.primary]
    by_wearer = defaultdict(list)
    for e in episodes:
        third = (e.end - e.start) / 3
        by_wearer[e.wearer].append((e, e.start + third, e.end - third))
    found = defaultdict(list)
    for timed in simulation.packets():
        column = timed.packet.signals.get(signal)
        for e, low, high in by_wearer[timed.wearer] if column else ():
            if low <= column.start < high:
                found[e.start, e.wearer].extend(column.values)
    return [float(np.median(v)) for v in found.values()]


def test_default_rate_is_about_one_episode_per_wearer_and_12_hours():
    simulation = Simulation(seed=1, wearers=100, hours=7 * 24)
    primary = [e for e in simulation.truth if e.primary]

    assert 0.75 < len(primary) / (100 * 14) < 1.25


def test_every_condition_is_planted():
    simulation = Simulation(seed=1, wearers=60, hours=48)

    assert {e.condition for e in simulation.truth if e.primary} == set(Rates().conditions)


def test_nothing_is_planted_in_the_first_hours_nor_too_close_together():
    simulation = Simulation(seed=2, wearers=50, hours=48)
    own = defaultdict(list)
    for e in simulation.truth:
        if e.primary:
            own[e.wearer].append(e)

    assert min(e.start for e in simulation.truth) >= simulation.start + 3 * HOUR
    for episodes in own.values():
        assert all(b.start - a.end >= 90 * MINUTE for a, b in pairwise(episodes))


def test_the_truth_of_an_episode_that_is_cut_short_ends_with_the_simulation():
    simulation = Simulation(seed=3, wearers=100, hours=12)

    assert max(e.end for e in simulation.truth) == simulation.end


def test_no_episode_is_planted_that_could_not_show():
    simulation = Simulation(seed=3, wearers=100, hours=12)

    # Ramps of a fever or a sepsis take at least 40 minutes.
    slow = [e for e in simulation.truth if e.condition in ("fever", "deterioration")]
    assert max(e.start for e in slow) < simulation.end - 80 * MINUTE


@pytest.mark.parametrize(
    ("condition", "signal", "low", "high"),
    [
        ("fever", "temp", 38.1, 39.8),
        ("desaturation", "spo2", 82, 91),
        ("deterioration", "rr", 21, 31),
        ("deterioration", "hr", 100, 138),
    ],
)
def test_an_episode_reaches_its_severity(condition, signal, low, high):
    medians = plateau(planted(condition), condition, signal)

    assert len(medians) > 10
    assert low < min(medians)
    assert max(medians) < high


def test_resting_heart_rate_is_fast_or_slow():
    medians = plateau(planted("resting_heart_rate"), "resting_heart_rate", "hr")

    assert [m for m in medians if not (m < 47 or 108 < m < 145)] == []
    assert any(m < 47 for m in medians)


def test_glucose_is_low_or_high():
    medians = plateau(planted("glucose", every=4), "glucose", "glucose")

    assert all(m < 66 or m > 255 for m in medians)


def test_an_anomaly_crosses_no_threshold_of_the_population():
    simulation = planted("anomaly")

    assert max(plateau(simulation, "anomaly", "temp")) < 38.0
    assert max(plateau(simulation, "anomaly", "hr")) < 110
    assert max(plateau(simulation, "anomaly", "rr")) < 21.5


def test_a_silent_wearer_sends_nothing():
    simulation = planted("stale_data")
    silent = defaultdict(list)
    for e in simulation.truth:
        silent[e.wearer].append((e.start + MINUTE, e.end - MINUTE))

    for timed in simulation.packets():
        start = min(c.start for c in timed.packet.signals.values())
        assert not any(a <= start < b for a, b in silent[timed.wearer])


def test_lost_contact_stops_vitals_or_freezes_them():
    simulation = planted("collect_again")
    spans = defaultdict(list)
    for e in simulation.truth:
        spans[e.wearer].append((e.start + 2 * MINUTE, e.end - 2 * MINUTE))

    seen = 0
    for timed in simulation.packets():
        signals = timed.packet.signals
        start = min(c.start for c in signals.values())
        if timed.device.endswith("watch") and any(a <= start < b for a, b in spans[timed.wearer]):
            seen += 1
            assert "hr" not in signals or len(set(signals["hr"].values)) == 1
    assert seen > 100


def test_what_comes_along_with_an_episode_is_listed():
    truth = planted("deterioration").truth
    by_start = defaultdict(set)
    for e in truth:
        by_start[e.wearer, e.start].add(e.condition)

    assert all("fever" in conditions for conditions in by_start.values())
    assert any("resting_heart_rate" in conditions for conditions in by_start.values())


def test_the_truth_file_reads_back(tmp_path):
    episodes = [Episode("w", "fever", 1, 2), Episode("w", "rhythm", 3, 4, False, {"hr": 20.5})]

    write_truth(tmp_path / "truth.jsonl", episodes)

    assert read_truth(tmp_path / "truth.jsonl") == episodes
