"""Decoders of the worker and its tools: records, pages of state, journals, manifests, profiles."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec

from streams.backup.manifest import Manifest, read_manifest
from streams.engine.contracts import RawRecord
from streams.engine.scoring.lineups import Lineups
from streams.engine.state.generation import Move
from streams.engine.state.own_page import OwnPage
from streams.engine.state.pages import MAGIC, RIVER, SCHEMA, ClockData, PageData, Seal, Unreadable, page_key
from streams.errors import UserError
from streams.gateways.profile_words import whole
from streams.gateways.profiles import UnreadableProfile, stored
from streams.growing.journal import newest_of
from streams.intake.clock import StreamClock
from streams.intake.decode import Refused, decode_control, decode_packet
from streams.records import (
    JSON,
    MSGPACK,
    Alert,
    Column,
    Consent,
    Feedback,
    Profile,
    Source,
    Tick,
    VitalsPacket,
)
from streams.settings import Settings
from streams.stack.state import Ports, StackState, load_state, state_file
from streams.tracing.chunks import parent_of
from streams.wires.redis import redis_url
from tests.fuzz.target import Target, in_file
from tests.streams.engine.shards import START, Raw

LIMIT = 64 * 1024
SECRET = b"s" * 32
SEAL = Seal(SECRET)
PAGE, OWN = page_key(0, 1), b"0/clock"

PACKETS = (
    VitalsPacket("ann", "watch", 0, {"hr": Column(START, [60.0, 61.5], 30_000)}),
    VitalsPacket("ann", "ring", 7, {"ibi": Column(START, [800.0] * 9), "temp": Column(START, [36.6])}),
)
PROFILE = Profile("ann", consent=Consent("given"))
ALERT = Alert(
    "0a1b2c3d4e5f", 2, "ann", "anomaly", "escalated", "high", "unusual", START, START, Source("vitals", 0, 7)
)
MOVE = Move(8, 4, "app-state-changelog", "moved", {"vitals": [1, 2, 3, 4]})


def _record(data: bytes) -> RawRecord:
    # The first byte says how the record is sent: bytes alone are what a fuzzer has.
    kinds = (None, b"vitals", b"profile", b"feedback", b"tick", b"other")
    head, body = data[:1] or b"\0", data[1:]
    forms = (JSON, MSGPACK, "text/plain", f"{JSON}; charset=utf-8")
    headers: list[tuple[str, Any]] = [("content-type", forms[head[0] & 3].encode())]
    kind = kinds[(head[0] >> 2) % len(kinds)]
    return Raw(b"ann", body, headers=headers if kind is None else [*headers, ("kind", kind)])


def _intake(data: bytes) -> object:
    record = _record(data)
    control = decode_control(record, LIMIT)
    if control is not None:
        return control
    intake = decode_packet(record, LIMIT)
    for times, values in intake.columns.values():
        assert len(times) == len(values) > 0 and list(times) == sorted(times)
    return intake


def _records() -> tuple[bytes, ...]:
    made = [bytes([form | kind << 2]) + encode(record) for form, encode in enumerate((
        msgspec.json.encode, msgspec.msgpack.encode,
    )) for kind, record in [
        *((0, packet) for packet in PACKETS),
        (2, PROFILE), (3, Feedback("f", "ann", ALERT.id, "acknowledge", START)), (4, Tick(START)),
    ]]  # fmt: skip
    return tuple(made)


def _sealed(body: bytes, key: bytes = PAGE) -> bytes:
    return MAGIC + hmac.digest(SECRET, b"%d:%b" % (len(key), key) + body, hashlib.sha256) + body


def _page(key: bytes, kind: type[msgspec.Struct]) -> bytes:
    data: Any = PageData(SCHEMA, RIVER, {}, {}, [ALERT])
    if kind is ClockData:
        data = ClockData(SCHEMA, RIVER, StreamClock(START), Lineups({"rhythm": "1"}))
    return SEAL.write(key, 7, data)


class _Nothing:
    """Of what a partition's own page asks: no networks, nothing learnt."""

    lineup: Mapping[str, str] = MappingProxyType({})

    def has(self, *_: str) -> bool:
        return False

    def restore(self, _: object) -> None:
        pass


def _own_page(data: bytes) -> int:
    nothing: Any = _Nothing()
    cold: list[str] = []
    page = OwnPage(0, SEAL, nothing, {OWN: data}, cold.append, nothing)
    assert cold in ([], ["forged"], ["damaged"]) and (page.position == -1) >= bool(cold)
    return page.position


def _profile(path: Path) -> Profile:
    made = whole("ann", path)
    assert made.wearer == "ann"
    return made


def _redis_url(data: bytes) -> str:
    return redis_url(Settings(redis_url=data.decode("utf-8", "replace")))  # type: ignore[arg-type]


def _stack(path: Path) -> object:
    return load_state(path.parent)


_HEADER = len(MAGIC) + 32

STREAMS = (
    Target("record", _intake, (Refused,), _records()),
    Target("page", lambda data: SEAL.open(PAGE, data, PageData), (Unreadable,), (_page(PAGE, PageData),)),
    Target(
        "sealed_page",
        lambda data: SEAL.open(PAGE, _sealed(data), PageData),
        (Unreadable,),
        (_page(PAGE, PageData)[_HEADER:],),
    ),
    Target("own_page", _own_page, (), (_page(OWN, ClockData),)),
    Target(
        "sealed_own_page",
        lambda data: _own_page(_sealed(data, OWN)),
        (Unreadable,),
        (_page(OWN, ClockData)[_HEADER:],),
    ),
    Target(
        "journal",
        lambda data: newest_of("app-generations", [data]),
        (UserError,),
        (msgspec.json.encode(MOVE),),
    ),
    Target("profile_file", in_file("profile.json", _profile), (UserError,), (msgspec.json.encode(PROFILE),)),
    Target("stored_profile", stored, (UnreadableProfile,), (msgspec.json.encode(PROFILE),)),
    Target(
        "backup_manifest",
        in_file("manifest.json", lambda path: read_manifest(path.parent)),
        (UserError,),
        (msgspec.json.encode(Manifest(1, "app", 4, ["state"], {})),),
    ),
    Target(
        "stack_state",
        in_file(state_file(Path()).name, _stack),
        (UserError,),
        (msgspec.json.encode(StackState(Ports(1, 2, 3))),),
    ),
    Target(
        "redis_url",
        _redis_url,
        (UserError,),
        (b"redis://user:word@127.0.0.1:6379/0?ssl_cert_reqs=none",),
    ),
    Target(
        "traceparent",
        lambda data: parent_of(Raw(b"ann", b"", headers=[("traceparent", data)])),
        (),
        (b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",),
    ),
)
