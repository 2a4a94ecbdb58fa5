"""The simulated bodies against the figures they were made from."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import pytest

from streams.gateways.simulator import Rates, Simulation

HEALTHY = Rates(episode_hours=0)


@pytest.fixture(scope="module")
def day():
    """A day of 60 wearers: minute values by wearer and signal, with local hours."""
    simulation = Simulation(seed=11, wearers=60, hours=24, rates=HEALTHY)
    found = defaultdict(lambda: defaultdict(list))
    for timed in simulation.packets():
        offset = timed.packet.utc_offset * 60_000
        for signal, column in timed.packet.signals.items():
            hour = (column.start + offset) % 86_400_000 / 3_600_000
            found[signal][timed.wearer].append((hour, column.values))
    return simulation.cohort, found


def means(table, low=0.0, high=24.0):
    return {w: np.mean([np.mean(v) for h, v in own if low <= h < high]) for w, own in table.items()}


def cosinor(own):
    angle = np.array([h for h, _ in own]) * np.pi / 12
    wave = np.stack([np.ones_like(angle), np.cos(angle), np.sin(angle)], 1)
    fit = np.linalg.lstsq(wave, np.array([np.mean(v) for _, v in own]), rcond=None)[0]
    return float(np.hypot(fit[1], fit[2]))


def test_hearts_are_slower_at_night(day):
    _, found = day
    amplitudes = [cosinor(own) for own in found["hr"].values()]

    # ltafdb_rr and ltdb_rr, measured over 23 people: 5 to 95 % within 1.5 and 10.7 beats a minute.
    assert 4 < np.median(amplitudes) < 10.7


def test_temperature_is_highest_late_in_the_day(day):
    _, found = day
    early, late = means(found["temp"], 3, 6), means(found["temp"], 15, 19)

    assert 0.25 < np.median([late[w] - early[w] for w in early]) < 0.6


def test_people_walk_some_thousand_steps_a_day(day):
    _, found = day
    steps = [sum(sum(v) for _, v in own) for own in found["steps"].values()]

    assert 1_500 < np.percentile(steps, 25) < 5_000
    assert 5_000 < np.percentile(steps, 75) < 11_000


def test_healthy_people_exercise_and_reach_high_rates(day):
    _, found = day
    highest = [max(np.mean(v) for _, v in own) for own in found["hr"].values()]

    assert max(highest) > 150
    assert np.median(highest) > 105


def test_beat_to_beat_variability_is_that_of_healthy_adults(day):
    _, found = day
    rmssd = [
        np.sqrt(np.mean(np.diff(v) ** 2))
        for own in found["ibi"].values()
        for _, v in own[::23]
        if len(v) > 40
    ]

    # Nunan 2010: 42 ± 15 ms.
    assert 28 < np.median(rmssd) < 55


def test_short_dips_of_saturation_belong_to_sleep(day):
    _, found = day
    night = [min(v) for own in found["spo2"].values() for h, v in own if 1 <= h < 5]

    assert min(night) <= 91
    assert np.median(night) >= 95


def test_everyone_has_a_normal_of_their_own(day):
    cohort, found = day
    own = means(found["hr"], 1, 5)

    assert np.corrcoef(cohort.hr, [own[name] for name in cohort.names])[0, 1] > 0.9


def test_glucose_rises_after_meals_and_comes_back(day):
    cohort, found = day
    healthy = [n for n, diabetic in zip(cohort.names, cohort.diabetic, strict=True) if not diabetic]
    readings = [v[0] for w in healthy for _, v in found["glucose"].get(w, [])]

    assert 140 < max(readings) < 200
    assert 80 < np.median(readings) < 112
    assert min(readings) > 54


def test_atrial_fibrillation_is_as_irregular_as_measured():
    rates = Rates(episode_hours=3, warmup_hours=0, conditions=("rhythm",))
    simulation = Simulation(seed=12, wearers=30, hours=12, rates=rates)
    spans = defaultdict(list)
    for e in simulation.truth:
        if e.condition == "rhythm":
            spans[e.wearer].append((e.start + 60_000, e.end - 60_000))
    spread, jump = [], []
    for timed in simulation.packets():
        beats = timed.packet.signals.get("ibi")
        if beats and len(beats.values) > 40 and _inside(spans[timed.wearer], beats.start):
            v = np.array(beats.values)
            if v.std() > 0:
                spread.append(v.std() / v.mean())
                jump.append(np.sqrt(np.mean(np.diff(v) ** 2)) / v.mean())

    # ltafdb_rr, measured over 2,863 stretches of AF: medians .213 and .293.
    assert 0.18 < np.median(spread) < 0.25
    assert 0.25 < np.median(jump) < 0.34


def _inside(spans, at):
    return any(a <= at and at + 60_000 <= b for a, b in spans)
