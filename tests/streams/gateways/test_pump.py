"""Pacing, counting, and the options that say when and how fast."""

from __future__ import annotations

import time

import msgspec
import pytest

from streams.errors import UserError
from streams.gateways.pump import FileSink, Sent, pace, parse_speed, parse_start, pump
from streams.gateways.timed import Timed
from streams.records import Column, Profile, VitalsPacket


def timed(at, wearer="w", profile=None):
    packet = VitalsPacket(wearer, "d", 0, {"hr": Column(at, [60])})
    return Timed(at, wearer, "d", 0, packet, profile)


class ListSink(list):
    def send(self, record):
        self.append(record)


def test_event_time_runs_at_the_asked_speed():
    began = time.monotonic()

    list(pace([timed(0), timed(60_000), timed(120_000)], 600.0))

    assert 0.19 < time.monotonic() - began < 0.6


def test_max_never_waits():
    began = time.monotonic()

    list(pace([timed(0), timed(10**9)], None))

    assert time.monotonic() - began < 0.1


def test_everything_is_sent_and_counted():
    sink = ListSink()

    sent = pump([timed(0, "a"), timed(1_800_000, "b"), timed(3_600_000, "a")], sink)

    assert (sent.packets, sent.wearers, sent.event_hours) == (3, 2, 1.0)
    assert len(sink) == 3


def test_a_profile_goes_ahead_of_its_packet():
    sink = ListSink()

    pump([timed(0, profile=Profile("w"))], sink)

    assert [type(r) for r in sink] == [Profile, VitalsPacket]


def test_the_file_has_a_packet_a_line(tmp_path):
    with FileSink(tmp_path / "out.jsonl") as sink:
        pump([timed(0), timed(1)], sink)

    lines = (tmp_path / "out.jsonl").read_bytes().splitlines()
    assert [msgspec.json.decode(line, type=VitalsPacket).signals["hr"].start for line in lines] == [0, 1]


def test_the_summary_reads_as_a_line_and_as_json():
    sent = Sent(1200, 20, 1.5, 2.0)

    assert str(sent) == "1,200 packets of 20 wearers, 1.5 h of event time in 2.0 s (600/s)"
    assert msgspec.json.decode(sent.json())["packets"] == 1200


@pytest.mark.parametrize(("text", "speed"), [("max", None), ("1", 1.0), ("3600", 3600.0), ("0.5", 0.5)])
def test_speed_is_a_factor_or_max(text, speed):
    assert parse_speed(text) == speed


@pytest.mark.parametrize("text", ["0", "-1", "fast", "nan", "inf", ""])
def test_a_wrong_speed_is_told(text):
    with pytest.raises(UserError, match="--speed"):
        parse_speed(text)


@pytest.mark.parametrize(
    ("text", "ms"),
    [("1970-01-01T00:00:01Z", 1000), ("1970-01-01", 0), ("1970-01-01T01:00:00+01:00", 0), (None, 5)],
)
def test_start_is_utc_unless_it_says_otherwise(text, ms):
    assert parse_start(text, 5) == ms


@pytest.mark.parametrize("text", ["soon", "1960-01-01", "2200-01-01"])
def test_a_wrong_start_is_told(text):
    with pytest.raises(UserError, match="--start"):
        parse_start(text, 0)
