"""Readings that somebody takes by hand: judged at once, and nobody misses the next one."""

from __future__ import annotations

import msgspec
import pytest

from streams.records import DeviceFacts, Tick
from tests.streams.engine.shards import MINUTE, START, control, feed_all, maker, numbered, packet, raw, stored


def by_hand(minute, kind, device="spot", **signals):
    return raw(msgspec.structs.replace(packet(minute, device=device, **signals), facts=DeviceFacts(kind)))


READINGS = {
    "cuff": {"sbp": [122.0], "dbp": [78.0]},
    "thermometer": {"temp": [36.6]},
    "oximeter": {"spo2": [97.0]},
}


@pytest.mark.parametrize("kind", READINGS)
def test_between_readings_taken_by_hand_nobody_misses_data(kind):
    """Given three readings a day and another wearer who tells the time, I expect no alert at all."""
    taken = [by_hand(m, kind, **READINGS[kind]) for m in (0, 300, 700, 1440)]
    others = [raw(packet(m, "ben", hr=[60.0 + m % 5], steps=[0.0])) for m in range(0, 1500, 5)]
    mixed = [
        taken[0],
        *others[:60],
        taken[1],
        *others[60:140],
        taken[2],
        *others[140:288],
        taken[3],
        *others[288:],
    ]

    effects = feed_all(maker()(0, {}), numbered(mixed))

    assert [alert.condition for alert, _ in effects.alerts if alert.wearer == "ann"] == []
    assert effects.outcomes["scored"] == len(mixed)


def test_a_reading_by_hand_neither_hides_nor_ends_the_silence_of_a_watch():
    watch = [raw(packet(m, hr=[60.0 + m % 2])) for m in range(3)]
    others = [raw(packet(m, "ben", hr=[60.0 + m % 2], steps=[0.0])) for m in range(3, 60)]
    cuff = by_hand(20, "cuff", "cuff", sbp=[122.0], dbp=[78.0])
    later = by_hand(50, "cuff", "cuff", sbp=[122.0], dbp=[78.0])
    records = [*watch, *others[:18], cuff, *others[18:48], later, *others[48:]]

    told = feed_all(maker()(0, {}), numbered(records)).alerts

    assert [(a.condition, a.status) for a, _ in told if a.wearer == "ann"] == [("stale_data", "raised")]
    [stale] = [a for a, _ in told if a.wearer == "ann"]
    assert (stale.updated - START) // MINUTE <= 34  # half an hour after the watch, not after the cuff


def test_people_are_reminded_of_what_a_reading_by_hand_showed():
    crisis = [by_hand(m, "cuff", sbp=[190.0], dbp=[125.0]) for m in (0, 4)]
    others = [raw(packet(m, "ben", hr=[60.0], steps=[0.0])) for m in range(5, 150)]
    records = numbered([*crisis, *others])
    whole = maker()(0, {})

    told = [alert for alert, _ in feed_all(whole, records).alerts if alert.wearer == "ann"]

    assert [(a.condition, a.status) for a in told][2:] == [("blood_pressure", "reminded")] * 2
    first = maker()(0, {})
    before = [a for a, _ in feed_all(first, records[:80]).alerts if a.wearer == "ann"]
    again = maker()(0, stored(first))
    after = [a for a, _ in feed_all(again, records[80:]).alerts if a.wearer == "ann"]
    assert before + after == told


def test_a_pulse_oximeter_that_is_worn_is_a_device_like_a_watch():
    worn = [by_hand(m, "oximeter", spo2=[97.0] * 6) for m in range(4)]

    effects = feed_all(maker()(0, {}), numbered([*worn, control("tick", Tick(START + 40 * MINUTE), "x")]))

    assert effects.outcomes == {"scored": 4}
