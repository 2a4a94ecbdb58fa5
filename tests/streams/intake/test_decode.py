"""What comes in is a packet that can be trusted, or a refusal that says why and tells nothing personal."""

from __future__ import annotations

import json
import random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.signals.catalogue import SIGNALS
from streams.intake.decode import LONGEST_MS, MOST_SAMPLES, Intake, Refused, decode_control, decode_packet
from streams.records import JSON, MSGPACK, Column, Feedback, Profile, Tick, VitalsPacket
from tests.streams.engine.shards import START, Raw, packet, raw, simulated
from tests.streams.intake.hostile import HOSTILE, LIMIT, MARKER, good, json_of
from tests.streams.strategies import records


def take(record: Raw) -> Intake:
    return decode_packet(record, LIMIT)


def refusal(record: Raw) -> Refused:
    with pytest.raises(Refused) as caught:
        if decode_control(record, LIMIT) is None:
            take(record)
    return caught.value


@pytest.mark.parametrize(
    ("reason", "record"), [pytest.param(r, record, id=name) for name, r, record in HOSTILE]
)
def test_each_hostile_record_is_refused_with_its_reason(reason, record):
    assert refusal(record).reason == reason


@pytest.mark.parametrize("record", [pytest.param(record, id=name) for name, _, record in HOSTILE])
def test_a_refusal_tells_no_value_and_no_name(record):
    """What a wearer or a device wrote must not show up in headers and logs."""
    assert MARKER not in refusal(record).detail


def test_a_good_packet_gives_its_columns():
    intake = take(good(hr=[60.0, 61.5, 63.0], temp=[36.6]))

    times, counts = intake.columns["hr"]
    assert list(times) == [START, START + 20_000, START + 40_000]
    assert list(counts) == [6000, 6150, 6300]
    assert (intake.first, intake.last) == (START, START + 60_000)


@pytest.mark.parametrize("content", [JSON, "Application/JSON; charset=utf-8", None])
def test_json_is_read_by_header_and_by_default(content):
    headers = [] if content is None else [("content-type", content.encode())]
    record = good(hr=[60.0])

    assert take(Raw(record.key, record.value, headers=headers)).packet == packet(0, hr=[60.0])


def test_messagepack_is_read_by_its_header():
    sent = packet(3, hr=[60.0, 61.0], ibi=[800.0, 810.0, 790.0])
    record = Raw(b"ann", msgspec.msgpack.encode(sent), headers=[("content-type", MSGPACK.encode())])

    assert take(record).packet == sent


def test_messagepack_without_its_header_is_no_json():
    record = Raw(b"ann", msgspec.msgpack.encode(packet(3, hr=[60.0])))

    assert refusal(record).reason == "undecodable"


def test_a_header_without_a_value_counts_as_absent():
    record = good(hr=[60.0])

    assert take(Raw(record.key, record.value, headers=[("content-type", None), ("kind", None)]))  # type: ignore[list-item]


@pytest.mark.parametrize(
    ("kind", "sent"),
    [
        ("profile", Profile("ann")),
        ("feedback", Feedback("f", "ann", "a", "acknowledge", 5)),
        ("tick", Tick(7)),
    ],
)
def test_control_records_are_told_by_their_header(kind, sent):
    record = Raw(b"ann", msgspec.json.encode(sent), headers=[("kind", kind.encode())])

    assert decode_control(record, LIMIT) == sent


@pytest.mark.parametrize("headers", [[], [("kind", b"vitals")], [("traceparent", b"00-1")]])
def test_a_packet_is_no_control_record(headers):
    assert decode_control(Raw(b"ann", b"{}", headers=headers), LIMIT) is None


def test_a_few_values_out_of_range_are_left_to_the_quality_gate():
    assert take(good(hr=[60.0, 0.0, 61.0, 500.0])).columns["hr"]


@pytest.mark.parametrize("signal", SIGNALS.values(), ids=lambda signal: signal.name)
def test_both_ends_of_a_signals_range_are_taken(signal):
    assert take(good(**{signal.name: [signal.low]}))
    assert take(good(**{signal.name: [signal.high]}))
    if signal.name != "ibi":
        assert refusal(good(**{signal.name: [signal.low - 0.1]})).reason == "out_of_range"
    assert refusal(good(**{signal.name: [signal.high + 0.1]})).reason == "out_of_range"


def test_the_limit_is_the_largest_size_taken():
    record = good(hr=[60.0])
    size = len(record.value or b"")

    assert decode_packet(record, size)
    with pytest.raises(Refused, match="too_large"):
        decode_packet(record, size - 1)


@pytest.mark.parametrize(("gap", "taken"), [(LONGEST_MS, True), (LONGEST_MS + 1, False)])
def test_a_packet_spans_48_hours_at_most(gap, taken):
    columns = {"hr": Column(START, [60.0]), "temp": Column(START + gap, [36.6])}
    record = raw(VitalsPacket("ann", "watch", 0, columns))

    if taken:
        assert take(record).last == START + gap
    else:
        assert refusal(record).reason == "too_long"


def test_a_packet_holds_200_000_samples_at_most():
    """Short intervals, so that the largest packet is one of a few minutes."""

    def of(count: int) -> Raw:
        columns = {name: Column(START, [60.0] * count, 1) for name in ("hr", "rr")}
        value = msgspec.msgpack.encode(
            VitalsPacket("ann", "watch", 0, columns | {"spo2": Column(START, [97.0])})
        )
        return Raw(b"ann", value, headers=[("content-type", MSGPACK.encode())])

    assert MOST_SAMPLES == 200_000
    with pytest.raises(Refused, match="too_many_samples"):
        decode_packet(of(100_000), 10_000_000)
    assert len(decode_packet(of(99_999), 10_000_000).columns["hr"][0]) == 99_999


def survives(record: Raw) -> None:
    """Taken or refused: any other exception fails the test."""
    try:
        if decode_control(record, LIMIT) is None:
            intake = take(record)
            assert intake.packet.wearer.encode() == record.key
            for times, values in intake.columns.values():
                assert len(times) == len(values) > 0
                assert list(times) == sorted(times)
    except Refused:
        pass


HEADERS = st.lists(
    st.tuples(
        st.sampled_from(["content-type", "kind", "x"]),
        st.sampled_from([JSON.encode(), MSGPACK.encode(), b"tick", b"profile", b"feedback", b""])
        | st.binary(max_size=8),
    ),
    max_size=2,
)  # fmt: skip


@given(st.none() | st.binary(max_size=8), st.binary(max_size=200), HEADERS)
def test_any_bytes_are_refused_and_break_nothing(key, value, headers):
    survives(Raw(key, value, headers=headers))


@given(st.integers(0, 2**32), st.booleans())
def test_a_packet_with_a_few_bytes_changed_is_taken_or_refused(seed, packed):
    rng = random.Random(seed)
    sent = rng.choice(simulated(5))
    value = bytearray(msgspec.msgpack.encode(sent) if packed else msgspec.json.encode(sent))
    for _ in range(rng.randint(1, 4)):
        value[rng.randrange(len(value))] = rng.randrange(256)
    headers = [("content-type", MSGPACK.encode())] if packed else []

    survives(Raw(sent.wearer.encode(), bytes(value), headers=headers))


@given(records(VitalsPacket))
def test_any_packet_of_the_schema_is_taken_or_refused(sent):
    survives(Raw(sent.wearer.encode(), msgspec.json.encode(sent)))


def _paths(tree: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    children: list[Any] = []
    if isinstance(tree, dict):
        children = list(tree)
    elif isinstance(tree, list):
        children = list(range(min(len(tree), 2)))
    return [path] + [found for child in children for found in _paths(tree[child], (*path, child))]


@given(st.data())
def test_wrong_types_anywhere_are_taken_or_refused(data):
    tree = json.loads(json_of(hr=[60.0, 61.0], ibi=[800.0, 810.0]))
    path = data.draw(st.sampled_from([path for path in _paths(tree) if path]))
    node = tree
    for step in path[:-1]:
        node = node[step]
    node[path[-1]] = data.draw(
        st.sampled_from(
            [None, True, "", MARKER, [], {}, [[]], -1, 10**30, -1e300, 1e300, 0.5, 2**63, -(2**63)]
        )
    )

    survives(Raw(b"ann", json.dumps(tree).encode()))
