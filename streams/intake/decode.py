"""From the bytes of a record to a packet that can be trusted, or a refusal that says why.

A refusal's detail names the field and what is wrong with it, never a value: it ends up in headers and
logs, where nothing personal belongs.
"""

from __future__ import annotations

import math
import re
from typing import Any, Final, TypeVar

import msgspec

from models.signals.catalogue import SIGNALS
from models.signals.columns import Columns, columns_of
from models.signals.counts import counted_columns
from streams.engine.contracts import RawRecord
from streams.records import FORGET, JSON, MSGPACK, Feedback, Profile, Tick, VitalsPacket

T = TypeVar("T", bound=msgspec.Struct)


class Forget(msgspec.Struct, frozen=True, gc=False):
    """Nothing is to be left of a wearer."""

    wearer: str


Control = Profile | Feedback | Tick | Forget

LONGEST_MS: Final = 48 * 3_600_000
"""No packet spans more event time: a sparse column could make a hundred thousand minutes at once."""
MOST_SAMPLES: Final = 200_000
"""In one packet, all signals together."""
CONTENT_TYPE: Final = "content-type"
KIND: Final = "kind"
CONTROLS: Final[dict[bytes, type[Profile] | type[Feedback] | type[Tick]]] = {
    b"profile": Profile,
    b"feedback": Feedback,
    b"tick": Tick,
}
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
# What msgspec repeats of the record itself stands before the path, and may hold quotes of any kind.
_REPEATED = re.compile(r"\b(enum value|unknown field) .*?(?= - at `\$[^`]*`$|$)", re.DOTALL)
_FORMATS = {JSON: msgspec.json.Decoder, MSGPACK: msgspec.msgpack.Decoder}
_DECODERS: dict[tuple[str, type[msgspec.Struct]], Any] = {
    (form, kind): decoder(kind)
    for form, decoder in _FORMATS.items()
    for kind in (VitalsPacket, Profile, Feedback, Tick)
}


class Refused(Exception):
    """A record that can't be taken: `reason` is one of the documented codes."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Intake(msgspec.Struct, frozen=True, gc=False):
    """A packet with its columns ready: sample times and values by signal, first and last time spoken for."""

    packet: VitalsPacket
    columns: Columns
    first: int
    last: int


def decode_packet(record: RawRecord, limit: int) -> Intake:
    """Decode and validate a vitals record of at most `limit` bytes. Raises Refused."""
    packet = _decode(record, VitalsPacket, limit)
    if record.key != packet.wearer.encode():
        raise Refused("key_mismatch", "the record's key is not the packet's wearer")
    if sum([len(column.values) for column in packet.signals.values()]) > MOST_SAMPLES:
        raise Refused("too_many_samples", f"more than {MOST_SAMPLES} in one packet")
    if not packet.signals.keys() <= SIGNALS.keys():
        raise Refused("unknown_signal", f"known: {', '.join(SIGNALS)}")
    counts, possible = counted_columns(packet.signals)
    if not possible:
        for signal, column in packet.signals.items():
            _check_column(signal, column.values)
    try:
        columns, first, last = columns_of(packet, counts)
    except (ValueError, OverflowError) as error:
        raise Refused("misaligned", str(error)) from None
    if last - first > LONGEST_MS:
        raise Refused("too_long", f"spans more than {LONGEST_MS // 3_600_000} hours")
    return Intake(packet, columns, first, last)


def decode_control(record: RawRecord, limit: int) -> Control | None:
    """Decode a control record; None when the record is no control record. Raises Refused."""
    if not record.headers:
        return None
    kind = _header(record, KIND)
    if kind is None or kind == b"vitals":
        return None
    wanted = CONTROLS.get(kind)
    if wanted is None:
        raise Refused("unknown_kind", "header kind")
    if wanted is Profile and not record.value and _header(record, FORGET) is not None:
        return Forget((record.key or b"").decode(errors="replace"))
    return _decode(record, wanted, limit)


def _header(record: RawRecord, name: str) -> bytes | None:
    return next((value for key, value in record.headers if key == name), None)


def _decode(record: RawRecord, kind: type[T], limit: int) -> T:
    value = record.value
    if not value:
        raise Refused("empty", "the record has no value")
    if len(value) > limit:
        raise Refused("too_large", f"{len(value)} bytes, limit {limit}")
    decoder = _DECODERS.get((_content_type(record) if record.headers else JSON, kind))
    if decoder is None:
        raise Refused("content_type", f"use {JSON} or {MSGPACK}")
    try:
        return decoder.decode(value)  # type: ignore[no-any-return]
    except msgspec.ValidationError as error:
        raise Refused("schema", _QUOTED.sub("…", _REPEATED.sub(r"\1 …", str(error)))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refused("undecodable", _QUOTED.sub("…", str(error))) from None


def _content_type(record: RawRecord) -> str:
    content = _header(record, CONTENT_TYPE) or JSON.encode()
    return content.decode("latin-1").partition(";")[0].strip().lower()


def _check_column(signal: str, values: list[float]) -> None:
    """Refuse values that are no numbers, and columns in another unit."""
    known = SIGNALS[signal]
    if not all(map(math.isfinite, values)):
        raise Refused("not_finite", signal)
    outside = sum(1 for value in values if not known.low <= value <= known.high)
    if 2 * outside > len(values):
        raise Refused(
            "out_of_range", f"{signal} is not between {known.low:g} and {known.high:g} {known.unit}"
        )
