"""Records that nobody should send, each with the reason for which it is refused."""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterator
from typing import Any

import msgspec

from streams.records import MSGPACK
from tests.streams.engine.shards import START, Raw, packet, raw

LIMIT = 64 * 1024
MARKER = "Zx81SECRET"
"""Stands in hostile records wherever a name or a value can stand."""


def json_of(wearer: str = "ann", **signals: list[Any]) -> bytes:
    """A minute of these signals as JSON, checked by nobody."""
    columns = {name: {"start": START, "values": values, "step": 1000} for name, values in signals.items()}
    return json.dumps({"wearer": wearer, "device": "watch", "seq": 0, "signals": columns}).encode()


def good(**signals: list[float]) -> Raw:
    """A packet of the first minute."""
    return raw(packet(0, **signals))


def _with(**changes: Any) -> Raw:
    """A good packet with top-level fields changed; None removes one."""
    tree = json.loads(json_of(hr=[60, 61])) | changes
    return Raw(
        b"ann", json.dumps({name: value for name, value in tree.items() if value is not None}).encode()
    )


def _column(signal: str = "hr", **fields: Any) -> Raw:
    """A packet whose only column has these fields."""
    column = {"start": START, "values": [60, 61], "step": 1000} | fields
    return _with(signals={signal: {name: value for name, value in column.items() if value is not None}})


def _apart(gap: int) -> Raw:
    """Two signals, the second so many ms after the first."""
    return _with(
        signals={
            "hr": {"start": START, "values": [60]},
            "temp": {"start": START + gap, "values": [36.6]},
        }
    )


def _packed(**signals: list[float]) -> Raw:
    record = msgspec.msgpack.encode(packet(0, **signals))
    return Raw(b"ann", record, headers=[("content-type", MSGPACK.encode())])


def _headed(name: str, value: bytes, body: bytes = b"") -> Raw:
    return Raw(b"ann", body or json_of(hr=[60]), headers=[(name, value)])


QUOTED = f"x'\"{MARKER}`\"'{MARKER} - at `$.y{MARKER}"
PROFILE = json.dumps({"wearer": "ann", "consent": {"status": MARKER}}).encode()

HOSTILE: list[tuple[str, str, Raw]] = [
    ("no value", "empty", Raw(b"ann", None)),
    ("no bytes", "empty", Raw(b"ann", b"")),
    ("huge", "too_large", Raw(b"ann", MARKER.encode() * LIMIT)),
    ("huge tick", "too_large", _headed("kind", b"tick", b" " * (LIMIT + 1))),
    ("broken json", "undecodable", Raw(b"ann", json_of(hr=[60])[:-2])),
    ("text", "undecodable", Raw(b"ann", f"hello {MARKER}".encode())),
    ("two values", "undecodable", Raw(b"ann", json_of(hr=[60]) * 2)),
    ("bad utf-8", "undecodable", Raw(b"ann", b'{"wearer":"\xff\xfe' + MARKER.encode() + b'"}')),
    ("deep", "undecodable", Raw(b"ann", b'{"x":' + b"[" * 60_000)),
    ("nan in json", "undecodable", Raw(b"ann", json_of(hr=[math.nan]))),
    ("broken messagepack", "undecodable", _headed("content-type", MSGPACK.encode(), b"\x85\xa6wea")),
    ("reserved messagepack", "undecodable", _headed("content-type", MSGPACK.encode(), b"\xc1")),
    ("number", "schema", Raw(b"ann", b"42")),
    ("list", "schema", Raw(b"ann", b"[]")),
    ("null", "schema", Raw(b"ann", b"null")),
    ("string", "schema", Raw(b"ann", f'"{MARKER}"'.encode())),
    ("no wearer", "schema", _with(wearer=None)),
    ("wearer with spaces", "schema", _with(wearer=f"a {MARKER}")),
    ("wearer with a line end", "schema", _with(wearer="ann\n")),
    ("long wearer", "schema", _with(wearer=MARKER * 20)),
    ("device is a number", "schema", _with(device=7)),
    ("negative sequence", "schema", _with(seq=-1)),
    ("sequence is text", "schema", _with(seq=MARKER)),
    ("no signals", "schema", _with(signals={})),
    ("too many signals", "schema", _with(signals={f"s{i}": {"start": 1, "values": [1]} for i in range(40)})),
    ("unknown device kind", "schema", _with(facts={"kind": MARKER})),
    ("device kind with quotes", "schema", _with(facts={"kind": f"x'{MARKER}"})),
    ("device kind with both quotes", "schema", _with(facts={"kind": QUOTED})),
    ("battery above one", "schema", _with(facts={"battery": 2})),
    ("offset of a planet", "schema", _with(utc_offset=10_000)),
    ("negative time", "schema", _column(start=-1)),
    ("time beyond 2100", "schema", _column(start=4_200_000_000_000)),
    ("no values", "schema", _column(values=[])),
    ("text among values", "schema", _column(values=[60, MARKER])),
    ("null among values", "schema", _column(values=[60, None])),
    ("number beyond double", "schema", Raw(b"ann", json_of(hr=[60]).replace(b"[60]", b"[1e999]"))),
    ("step of zero", "schema", _column(step=0)),
    ("unknown field in a column", "schema", _column(**{MARKER: 1})),
    ("unknown field with quotes", "schema", _column(**{f"a`'{MARKER}`b": 1})),
    ("profile of bad consent", "schema", _headed("kind", b"profile", PROFILE)),
    ("tick without time", "schema", _headed("kind", b"tick", b"{}")),
    ("unknown signal", "unknown_signal", _column(MARKER)),
    ("unknown signal beside a known one", "unknown_signal", Raw(b"ann", json_of(hr=[60], hear_rate=[60]))),
    ("nan", "not_finite", _packed(hr=[math.nan])),
    ("nan in the middle", "not_finite", _packed(hr=[60.0, math.nan, 61.0])),
    ("nan first", "not_finite", _packed(hr=[math.nan, 60.0, 61.0])),
    ("infinity", "not_finite", _packed(temp=[36.5, math.inf])),
    ("minus infinity", "not_finite", _packed(ibi=[800.0, 810.0, -math.inf])),
    ("fahrenheit", "out_of_range", _packed(temp=[98.6, 98.7])),
    ("seconds for milliseconds", "out_of_range", _packed(ibi=[0.8, 0.81, 0.79])),
    ("share for percent", "out_of_range", _packed(spo2=[0.97, 0.98])),
    ("mmol for mg", "out_of_range", _packed(glucose=[5.4])),
    ("huge values", "out_of_range", _packed(hr=[1e300, 1e300])),
    ("several values without times", "misaligned", _column(step=None)),
    ("fewer offsets than values", "misaligned", _column(offsets=[0])),
    ("more offsets than values", "misaligned", _column(offsets=[0, 1, 2])),
    ("offsets backwards", "misaligned", _column(offsets=[5000, 0])),
    ("offsets before the start", "misaligned", _column(offsets=[-5000, 0])),
    ("offsets beyond an integer", "misaligned", _column(offsets=[0, 2**70])),
    ("offsets beyond 2100", "misaligned", _column(offsets=[0, 2**50])),
    ("an interval that goes back", "misaligned", _packed(ibi=[800.0, 810.0, -1e6, 800.0])),
    ("an interval of ages", "misaligned", _packed(ibi=[800.0, 810.0, 1e300, 800.0])),
    ("a column of months", "too_long", _column(values=[60] * 2000, step=5_000_000)),
    ("two signals years apart", "too_long", _apart(200_000_000_000)),
    ("another's key", "key_mismatch", Raw(MARKER.encode(), json_of(hr=[60]))),
    ("no key", "key_mismatch", Raw(None, json_of(hr=[60]))),
    ("another's packet", "key_mismatch", Raw(b"ann", json_of(MARKER, hr=[60]))),
    ("content type of xml", "content_type", _headed("content-type", f"text/xml; {MARKER}".encode())),
    ("content type of bytes", "content_type", _headed("content-type", b"\xff\x00")),
    ("unknown kind", "unknown_kind", _headed("kind", MARKER.encode())),
]  # fmt: skip


def endless(seed: int) -> Iterator[tuple[str, Raw]]:
    """Hostile records without end: those of the table, and mutilations of them that keep their reason."""
    rng = random.Random(seed)
    while True:
        _, reason, record = rng.choice(HOSTILE)
        yield reason, record
        cut = rng.randrange(1, 200)
        yield "undecodable", Raw(b"ann", json_of(hr=[60 + rng.random() for _ in range(30)])[:-cut])
        yield "unknown_signal", Raw(b"ann", json_of(**{f"x{rng.randrange(10**6)}": [1]}))
        yield "out_of_range", Raw(b"ann", json_of(hr=[rng.uniform(301, 1e6)] * rng.randint(1, 9)))
        yield "schema", Raw(b"ann", json_of(hr=[[rng.random()]]))
