"""Every record survives its encodings, and nothing outside its limits gets in."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct

from streams.records import Alert, Column, Feedback, Profile, Rejection, Risk, Tick, VitalsPacket
from tests.streams.strategies import records

RECORDS = (VitalsPacket, Profile, Feedback, Tick, Alert, Risk, Rejection)
any_record = st.sampled_from(RECORDS).flatmap(records)
relaxed = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])

PACKET: dict[str, Any] = {
    "wearer": "w1",
    "device": "d1",
    "seq": 7,
    "signals": {"hr": {"start": 1_760_000_000_000, "step": 1000, "values": [61, 62.5]}},
}


@relaxed
@given(any_record)
def test_a_record_survives_json(record: Struct) -> None:
    assert msgspec.json.decode(msgspec.json.encode(record), type=type(record)) == record


@relaxed
@given(any_record)
def test_a_record_survives_messagepack(record: Struct) -> None:
    assert msgspec.msgpack.decode(msgspec.msgpack.encode(record), type=type(record)) == record


@relaxed
@given(any_record)
def test_a_record_goes_from_one_encoding_to_the_other(record: Struct) -> None:
    kind = type(record)
    through_json = msgspec.json.decode(msgspec.json.encode(record), type=kind)

    assert msgspec.msgpack.decode(msgspec.msgpack.encode(through_json), type=kind) == record


def test_a_packet_needs_only_what_a_device_must_say() -> None:
    packet = msgspec.convert(PACKET, VitalsPacket)

    assert packet.signals["hr"] == Column(1_760_000_000_000, [61.0, 62.5], step=1000)
    assert (packet.facts.kind, packet.utc_offset) == ("other", 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"wearer": ""},
        {"wearer": "a b"},
        {"wearer": "w" * 65},
        {"seq": -1},
        {"seq": 2**63},
        {"seq": "7"},
        {"signals": {}},
        {"signals": {"hr": {"start": -1, "values": [60]}}},
        {"signals": {"hr": {"start": 0, "values": []}}},
        {"signals": {"hr": {"start": 0, "values": ["60"]}}},
        {"signals": {"hr": {"start": 0, "values": [60], "stepp": 1000}}},
        {"signals": {"hr": {"start": 0, "values": [60], "step": 0}}},
        {"utc_offset": 841},
        {"facts": {"kind": "toaster"}},
    ],
    ids=str,
)
def test_a_packet_outside_its_limits_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(msgspec.json.encode(PACKET | wrong), type=VitalsPacket)


@pytest.mark.parametrize(
    "text", [b'{"time": NaN}', b'{"time": 1e999}', b'{"time": 1.5}', b'{"time": true}', b"{"]
)
def test_json_that_is_none_is_refused(text: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(text, type=Tick)
