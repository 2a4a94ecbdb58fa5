"""Weeks of simulated lives: nights that differ, illness, sensors that shift, medicines, crises."""

from __future__ import annotations

from collections import defaultdict

import msgspec
import numpy as np
import pytest

from streams.gateways.simulator import Lives, Rates, Simulation

DAY = 86_400_000
MINUTE = 60_000
QUIET = Rates(episode_hours=0, contact_per_day=0, flat_per_day=0, sync_gap_per_day=0, clock_per_day=0)
PLENTY = Lives(ill=0.3, drifting=0.25, treated=0.25, adverse=0.6, settle_days=3.5)


@pytest.fixture(scope="module")
def weeks():
    """Nine days of 24 wearers: readings between 1 and 5 at night, by signal, wearer and night; profiles."""
    simulation = Simulation(seed=20, wearers=24, hours=9 * 24, step_s=300, rates=QUIET, lives=PLENTY)
    nights = defaultdict(lambda: defaultdict(lambda: defaultdict(list)))
    told = defaultdict(list)
    for timed in simulation.packets():
        if timed.profile is not None:
            told[timed.wearer].append((timed.time, timed.profile))
        for signal, column in timed.packet.signals.items():
            day, rest = divmod(column.start + timed.packet.utc_offset * MINUTE, DAY)
            if 1 <= rest / 3_600_000 < 5:
                nights[signal][timed.wearer][day] += column.values
    return simulation, nights, told


def change(simulation, nights, signal, wearer, start, settled):
    """Mean of the nights after `settled` minus that of those before `start` (ms)."""
    offset = simulation.cohort.utc_offset[simulation.cohort.names.index(wearer)] * MINUTE
    level = {day: np.mean(values) for day, values in nights[signal][wearer].items()}
    before = [v for d, v in level.items() if d < (start + offset) // DAY]
    after = [v for d, v in level.items() if d > (settled + offset) // DAY]
    return np.mean(after) - np.mean(before) if before and after else np.nan


def lines(simulation, condition):
    return [e for e in simulation.truth if e.condition == condition]


def test_an_illness_raises_the_resting_heart_rate_and_the_temperature(weeks):
    simulation, nights, _ = weeks
    ill = lines(simulation, "illness")

    risen = {
        s: np.nanmean([change(simulation, nights, s, e.wearer, e.start, e.start + 2.5 * DAY) for e in ill])
        for s in ("hr", "temp")
    }

    assert len(ill) >= 5
    assert 3.0 < risen["hr"] < 7.0
    assert 0.25 < risen["temp"] < 0.55


def test_a_shifted_sensor_tells_another_pulse_than_the_beats(weeks):
    simulation, nights, _ = weeks
    shifted = [e for e in lines(simulation, "sensor_drift") if "sensor.hr" in e.detail]

    assert shifted
    for e in shifted:
        pulse = change(simulation, nights, "hr", e.wearer, e.start, e.start)
        interval = change(simulation, nights, "ibi", e.wearer, e.start, e.start)
        assert pulse == pytest.approx(e.detail["sensor.hr"], abs=4.5)
        assert abs(interval) < 70


def test_a_medicine_is_told_by_a_profile_and_slows_the_pulse(weeks):
    simulation, nights, told = weeks
    blockers = [t for t in simulation.treatments if t.code.startswith("C07")]

    assert blockers
    for t in blockers:
        (at, profile) = told[t.wearer][1]
        assert t.start <= at < t.start + 10 * MINUTE
        assert [(m.code, m.started, m.stopped) for m in profile.medicines] == [(t.code, t.start, None)]
    slowed = [change(simulation, nights, "hr", t.wearer, t.start, t.works_from) for t in blockers]
    assert np.nanmean(slowed) < -6


def test_a_beta_blocker_that_is_not_tolerated_is_a_planted_episode_and_is_stopped():
    lives = Lives(ill=0, drifting=0, treated=1, adverse=1, settle_days=2)

    simulation = Simulation(seed=2, wearers=40, hours=10 * 24, rates=QUIET, lives=lives)

    bad = {t.wearer: t for t in simulation.treatments if t.adverse}
    found = lines(simulation, "treatment")
    assert {e.wearer for e in found} == set(bad)
    assert len(bad) > 5
    assert all(t.stop is None or t.stop > t.works_from for t in bad.values())


def test_one_night_is_not_like_the_next(weeks):
    simulation, nights, _ = weeks
    well = {e.wearer for e in simulation.truth} | {t.wearer for t in simulation.treatments}
    spread = [
        np.std([np.mean(values) for values in own.values()][:-1], ddof=1)
        for wearer, own in nights["hr"].items()
        if wearer not in well
    ]

    assert spread
    assert 1.0 < np.median(spread) < 4.0


def test_a_wearer_has_one_lasting_event_at_most():
    simulation = Simulation(seed=1, wearers=200, hours=14 * 24, rates=QUIET, lives=Lives())

    wearers = [e.wearer for e in simulation.truth if e.primary and e.condition != "treatment"]
    wearers += [t.wearer for t in simulation.treatments]
    assert len(wearers) == len(set(wearers))
    assert 40 < len(lines(simulation, "illness")) < 80
    assert all(e.start <= simulation.end - 1.5 * DAY for e in simulation.truth)


def pressures(condition):
    """Cuff readings of a simulation with this condition alone, and its truth."""
    rates = Rates(episode_hours=10, warmup_hours=1, conditions=(condition,))
    simulation = Simulation(seed=6, wearers=20, hours=36, step_s=300, rates=rates)
    pulses, readings = defaultdict(list), []
    for timed in simulation.packets():
        signals = timed.packet.signals
        if "hr" in signals:
            pulses[timed.wearer] += [(signals["hr"].start, np.mean(signals["hr"].values))]
        if "sbp" in signals:
            readings.append(
                (timed.wearer, signals["sbp"].start, signals["sbp"].values[0], signals["dbp"].values[0])
            )
    return simulation, readings, pulses


def test_in_a_crisis_the_wearer_measures_again_within_minutes():
    simulation, readings, _ = pressures("blood_pressure")
    crises = [e for e in simulation.truth if e.end < simulation.end]

    assert crises
    for e in crises:
        own = [r for r in readings if r[0] == e.wearer and e.start <= r[1] <= e.start + 15 * MINUTE]
        assert len(own) >= 3
        assert sum(sbp >= 180 or dbp >= 120 for _, _, sbp, dbp in own) >= 2


def test_in_shock_the_pulse_exceeds_the_pressure():
    simulation, readings, pulses = pressures("shock")
    shocks = [e for e in simulation.truth if e.primary and e.end < simulation.end]

    assert shocks
    for e in shocks:
        highest = max(
            pulse / sbp
            for wearer, at, sbp, _ in readings
            if wearer == e.wearer and e.start <= at <= e.end
            for start, pulse in pulses[wearer]
            if abs(start - at) < 5 * MINUTE
        )
        assert highest > 1.05


def test_long_lives_are_the_same_for_the_same_seed():
    encode = msgspec.json.Encoder().encode
    once, twice = (
        [
            (p.time, encode(p.packet))
            for p in Simulation(seed=7, wearers=4, hours=5, rates=QUIET, lives=Lives()).packets()
        ]
        for _ in range(2)
    )

    assert once == twice
