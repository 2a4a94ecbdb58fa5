"""A usual that moved is found, dated, and put down to the sensor or to the body."""

from __future__ import annotations

import numpy as np
import pytest

from models.online.own import Own
from tests.models.online.weeks import alike

MINUTE = 60_000
DAY = 1440
START = 20_000 * DAY
AT = START + 8 * DAY + 600
"""When something begins: on the ninth day at 10 h local."""
STEPS = {"hr": 6.0, "temp": 0.5, "spo2": -3.0}
LEVEL = {"hr": (62.0, 1.5), "rr": (15.0, 0.4), "spo2": (97.0, 0.3), "temp": (34.5, 0.07), "hrv": (3.7, 0.1)}


def nothing(_signal, _at):
    return 0.0


def offset(signal, by):
    """A sensor's step."""
    return lambda name, at: by if name == signal and at >= AT else 0.0


def ill(name, at):
    """Several vitals move over three days."""
    full = {"hr": 8.0, "temp": 0.9, "rr": 2.5, "hrv": -0.3}.get(name, 0.0)
    return full * min(max((at - AT) / (3 * DAY), 0.0), 1.0)


def live(seed, change=nothing, beats=True, signals=tuple(LEVEL), days=12):
    """Twelve days of one person, a minute in ten; gives the moves that were told, and the nights."""
    rng = np.random.default_rng(seed)
    level = {name: LEVEL[name][1] * alike(rng, days + 2) for name in signals}
    own, moved, nights = Own(), [], []
    for at in range(START, START + days * DAY, 10):
        hour, day = at % DAY / 60, (at - START) // DAY
        asleep = hour < 7
        own_hr = 62 - 4 * asleep + 3 * rng.standard_normal() + level["hr"][day]
        values = {name: LEVEL[name][0] + level[name][day] + _noise(rng, name) for name in signals}
        values["hr"] = own_hr
        values = {name: value + change(name, at) for name, value in values.items()}
        body = own_hr + (ill("hr", at) if change is ill else 0.0)
        interval = 60_000 / (body + rng.standard_normal()) if beats else None
        context = "asleep" if asleep else "rest"
        news = own.minute(at * MINUTE, context, values, 60, 0, interval)
        if news is not None:
            moved += news.moved
            nights += [news.night] if news.night else []
    return moved, nights


def _noise(rng, name):
    return {"hr": 3.0, "rr": 0.8, "spo2": 0.6, "temp": 0.05, "hrv": 0.15}[name] * rng.standard_normal()


@pytest.mark.parametrize("signal", sorted(STEPS))
def test_a_planted_offset_is_put_down_to_the_sensor(signal):
    told = [live(seed, offset(signal, STEPS[signal]))[0] for seed in range(10)]
    hits = [m for moved in told for m in moved if m.signal == signal and m.kind == "sensor"]

    assert len(hits) >= 8
    assert np.median([abs(m.after - m.before) for m in hits]) == pytest.approx(abs(STEPS[signal]), rel=0.3)


def test_its_begin_is_told_within_half_a_day():
    [move] = [m for m in live(1, offset("temp", 0.6))[0] if m.signal == "temp"]

    assert abs(move.since - AT * MINUTE) <= 12 * 60 * MINUTE


def test_an_offset_is_no_illness():
    alarms = [live(seed, offset("temp", 0.5))[1] for seed in range(6)]

    assert sum(night.strength >= 1 for nights in alarms for night in nights) <= 1


def test_an_illness_is_not_put_down_to_a_sensor():
    lives = [live(seed, ill) for seed in range(8)]

    assert not any(m.kind == "sensor" for moved, _ in lives for m in moved)
    assert all(any(night.strength >= 1 for night in nights) for _, nights in lives)


def fever(name, at):
    """Two degrees for four hours of one evening, and the pulse and the breath with them."""
    full = {"hr": 15.0, "temp": 2.0, "rr": 3.0}.get(name, 0.0)
    return full * (AT + 600 <= at < AT + 840)


def test_a_fever_that_ends_moves_nothing():
    told = [live(seed, fever)[0] for seed in range(6)]

    assert [m for moved in told for m in moved if m.signal == "temp"] == []


def test_ordinary_days_move_seldom():
    told = [live(seed)[0] for seed in range(8)]

    assert sum(len(moved) for moved in told) <= 4
    assert not any(m.kind == "sensor" for moved in told for m in moved)


def test_alone_on_the_wrist_the_pulse_tells_of_no_sensor():
    told = [live(seed, offset("hr", 8.0), beats=False, signals=("hr",))[0] for seed in range(4)]

    assert not any(m.kind == "sensor" for moved in told for m in moved)


def test_nights_are_compared_with_what_the_sensor_tells_now():
    _, nights = live(2, offset("temp", 0.6))

    temp = next(d for d in nights[-1].deviations if d.signal == "temp")
    assert temp.usual == pytest.approx(35.1, abs=0.2)
