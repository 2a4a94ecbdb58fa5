"""The onset of an infection is found in own nights, and seldom where there is none."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest

from models.online.illness import FEWEST, SPARED, Watch, deviations, together
from models.online.nights import Nights
from tests.models.online.weeks import alarms, alike, ill, judged, weeks

PEOPLE = range(5000, 5060)
RAMP = 3


def found_by(start, days, told):
    return any(start <= day < start + days for day in alarms(told))


def test_a_planted_illness_is_found_within_two_days_of_its_height():
    found = [found_by(30, RAMP + 2, judged(ill(weeks(seed), 30))) for seed in PEOPLE]

    assert np.mean(found) >= 0.8


def test_the_pulse_alone_finds_most_of_them():
    found = [found_by(30, RAMP + 4, judged(ill(weeks(seed, channels=("hr",)), 30))) for seed in PEOPLE]

    assert np.mean(found) >= 0.7


@pytest.mark.parametrize("channels", [("hr",), ("hr", "temp"), ("hr", "temp", "rr", "hrv", "spo2")])
def test_healthy_nights_alarm_on_three_days_of_140_at_most(channels):
    days = sum(len(alarms(judged(weeks(seed, 140, channels)))) for seed in PEOPLE)

    assert days / len(PEOPLE) <= 3


def test_it_is_learning_before_there_are_enough_nights():
    told = judged(weeks(1))
    worn = np.cumsum(~np.isnan(weeks(1)["hr"]))

    assert not any(night.known for night, count in zip(told, worn, strict=True) if count <= FEWEST)
    assert told[-1].known


def test_one_bad_night_of_an_even_sleeper_is_not_an_illness():
    nights = {"hr": 60 + np.tile([0.0, 1.0, -1.0], 10)}
    nights["hr"][25] += 5

    assert alarms(judged(nights)) == []


def test_it_tells_value_usual_and_since_when():
    nights = {"hr": 60 + np.tile([0.0, 1.0, -1.0], 10), "temp": 34.5 + np.tile([0.0, 0.05, -0.05], 10)}
    told = judged(ill(nights, 20))

    first = told[alarms(told)[0]]
    hr = next(d for d in first.deviations if d.signal == "hr")
    assert hr.usual == 60.0
    assert hr.value > 61
    assert 20 <= first.since // 86_400_000 <= alarms(told)[0]
    assert first.deviations[0].spreads == max(d.spreads for d in first.deviations)


def test_alarming_nights_are_not_learnt():
    nights = {"hr": 60 + np.tile([0.0, 1.0, -1.0], 14)}
    nights["hr"][20 : 20 + SPARED] += 8
    told = judged(nights)

    assert set(range(20, 20 + SPARED)) <= set(alarms(told))
    assert told[19 + SPARED].deviations[0].usual == pytest.approx(60, abs=0.6)
    assert not set(alarms(told)) & set(range(21 + SPARED, 42))


def test_what_lasts_longer_than_an_illness_becomes_the_usual():
    nights = {"hr": 60 + np.tile([0.0, 1.0, -1.0], 20)}
    nights["hr"][20:] += 8
    told = judged(nights)

    assert len(alarms(told)) <= 16
    assert told[-1].deviations[0].usual == pytest.approx(68, abs=0.6)


def test_a_phase_that_comes_again_is_learnt_as_usual():
    nights = {"temp": 34.5 + np.tile([0.0, 0.04, -0.04, 0.02], 42)}
    nights["temp"][np.arange(168) % 28 >= 14] += 0.3
    told = alarms(judged(nights))

    assert not [day for day in told if day >= 60]


def test_a_slow_trend_is_no_illness():
    nights = {"hr": 60 + 1.5 * alike(np.random.default_rng(3), 90) + np.linspace(0, 5, 90)}

    assert len(alarms(judged(nights))) <= 2


def test_a_sensor_that_has_moved_is_left_aside():
    nights = {"hr": 60 + np.tile([0.0, 1.0, -1.0], 10), "temp": 34.5 + np.tile([0.0, 0.05, -0.05], 10)}
    nights["temp"][20:] += 0.5

    assert alarms(judged(nights))
    assert alarms(judged(nights, aside=("temp",))) == []


def test_the_pulse_by_day_stands_in_where_no_night_was_worn():
    nights = {"hr": np.full(30, np.nan), "hr_day": 70 + np.tile([0.0, 1.0, -1.0], 10)}
    nights["hr_day"][20:25] += 9

    assert alarms(judged(nights))


def test_more_deviation_never_counts_less():
    rng = np.random.default_rng(5)
    for _ in range(300):
        found = [(rng.normal(0, 2), rng.uniform(0.5, 5)) for _ in range(rng.integers(1, 6))]
        more = [(spreads + rng.uniform(0, 2), expected) for spreads, expected in found]
        assert together(more) >= together(found) - 1e-9


def test_a_vital_that_was_not_measured_tells_nothing():
    assert deviations(Nights(rows={"hr": bytes(20)}), 0) == []


def test_a_stored_watch_goes_on_as_it_would_have():
    nights = ill(weeks(7), 30)
    kept, lived = Nights(), Watch()
    for day in range(30):
        kept.rows["hr"] = kept.rows.get("hr", b"") + bytes((60 + day % 5 * 3,))
        lived.judge(kept, 1, day, day, ())
    restored = msgspec.msgpack.decode(msgspec.msgpack.encode(lived), type=Watch)

    kept.rows["hr"] += bytes((90,))
    assert restored.judge(kept, 1, 30, 30, ()) == lived.judge(kept, 1, 30, 30, ())
    assert restored == lived
    assert nights
