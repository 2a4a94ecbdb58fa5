"""Snapshots of state: pages of some dozens of wearers, authenticated before anything is decoded.

Layout of a stored page: magic, HMAC-SHA256 over all that follows and the page's key, stamp (the last
offset it has seen, big-endian), then deflated: versions, MessagePack of plain data. Bytes that do not
authenticate are never decoded. A page of a schema before this version's is brought up to it; one that this
version can't read ends the worker, so that nothing is ever written over it.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from typing import Final, TypeVar

import msgspec

from models.snapshot import WearerSnapshot
from models.usefulness.cohorts import CohortData, Lesson
from streams.engine.scoring.lineups import Lineups
from streams.engine.state import formats as _formats
from streams.engine.state.formats import FORMATS, Formats, Kind
from streams.engine.watching.ends import Standstill
from streams.intake.clock import StreamClock
from streams.malformed import MALFORMED
from streams.records import Alert, Outcome

PAGES: Final = 256
"""Pages of a partition; fixed, since a wearer's page is found by hash."""
MAGIC: Final = b"vitalstream\x01"
SCHEMA: Final = FORMATS.newest
RIVER: Final = _formats.RIVER
_HEAD: Final = struct.Struct(">q")
_MAC: Final = 32
DEFLATE: Final = 1
"""Level of compression: half the bytes in the table's memory, its changelog and a recovery, for 35 µs of
processor time a wearer (the rest of storing takes 28). Level 6 saves 6 % more, for twice that."""
_DEFLATED: Final = b"x"
"""How deflated data begin; pages of older schemas were not deflated."""

T = TypeVar("T")


class Versions(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What the data of a page were written by; the head of every page."""

    schema: int = SCHEMA
    river: str = RIVER


class PageData(msgspec.Struct, array_like=True, gc=False):
    """What a page holds besides its stamp."""

    schema: int
    river: str
    outcomes: dict[Outcome, int]
    wearers: dict[str, WearerSnapshot]
    outbox: list[Alert]
    lessons: list[Lesson] = []
    """Of answers that the partition's stored position may not have passed."""


class ClockData(msgspec.Struct, array_like=True, gc=False):
    """What a partition's own page holds besides its stamp."""

    schema: int
    river: str
    clock: StreamClock
    lineups: Lineups
    cohorts: CohortData = CohortData()
    """What answers have taught, as of the stamp."""


class Unreadable(Exception):
    """A page that can't be used; `reason` is `forged`, `damaged`, or that of `OtherVersion`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class OtherVersion(Unreadable, Standstill):
    """A whole page that another version has written; `reason` is `schema` or `river`.

    It must not start cold: the version that wrote it knows all of it, and may be at work beside this one.
    """

    def __init__(self, key: bytes, found: Versions, formats: Formats) -> None:
        super().__init__("river" if found.schema in formats.rivers else "schema")
        whose = "a newer" if found.schema > formats.newest else "another"
        self.args = (
            f"the state of partition {key.partition(b'/')[0].decode()} was written by {whose} version"
            f" (schema {found.schema}, River {found.river}; this one reads {_list(formats)}): start that"
            " version here too, nothing was changed (docs/how-to/upgrade.md)",
        )


def _list(formats: Formats) -> str:
    return ", ".join(f"schema {schema} with River {river}" for schema, river in formats.rivers.items())


def page_of(key: bytes) -> int:
    """The page of a wearer: the same on every machine and for ever."""
    return zlib.crc32(key) % PAGES


def page_key(partition: int, page: int) -> bytes:
    """Under which key a page is stored."""
    return b"%d/%d" % (partition, page)


def clock_key(partition: int) -> bytes:
    """Under which key a partition's own page is stored."""
    return b"%d/clock" % partition


class Seal:
    """Writes and opens pages with one HMAC key."""

    def __init__(self, secret: bytes, schema: int | None = None, formats: Formats = FORMATS) -> None:
        """`secret`: 32 random bytes, the same for all workers; `schema` is what is written, or the newest."""
        self._secret, self._formats = secret, formats
        self.schema = schema or formats.newest
        self._encoder = msgspec.msgpack.Encoder()

    def write(self, key: bytes, stamp: int, data: msgspec.Struct) -> bytes:
        """A page as stored, of the schema that is to be written."""
        plain = self._encoder.encode(data)
        if self.schema != self._formats.newest:
            tree = self._formats.down(_kind(key), msgspec.msgpack.decode(plain), self.schema)
            plain = self._encoder.encode(tree)
        body = _HEAD.pack(stamp) + zlib.compress(plain, DEFLATE)
        return MAGIC + self._mac(key, body) + body

    def open(self, key: bytes, stored: bytes, kind: type[T]) -> tuple[int, T]:
        """Stamp and data of a stored page, which says by what it was written.

        Raises Unreadable, before anything of it is decoded if forged; OtherVersion when it is whole and of
        a version that can't be read.
        """
        if not self.authentic(key, stored):
            raise Unreadable("forged")
        start = len(MAGIC) + _MAC
        body = stored[start + _HEAD.size :]
        try:
            if body[:1] == _DEFLATED:
                body = zlib.decompress(body)
            versions = msgspec.msgpack.decode(body, type=Versions)
            if not self._formats.reads(versions.schema, versions.river):
                raise OtherVersion(key, versions, self._formats)
            if versions.schema != self._formats.newest:
                tree = self._formats.up(_kind(key), msgspec.msgpack.decode(body))
                body = self._encoder.encode(tree)
            data = msgspec.msgpack.decode(body, type=kind)
        except (zlib.error, *MALFORMED):
            raise Unreadable("damaged") from None
        return _HEAD.unpack_from(stored, start)[0], data

    def authentic(self, key: bytes, stored: bytes) -> bool:
        """Whether these bytes were written with this secret for this key."""
        start = len(MAGIC) + _MAC
        if len(stored) < start + _HEAD.size or not stored.startswith(MAGIC):
            return False
        return hmac.compare_digest(stored[len(MAGIC) : start], self._mac(key, stored[start:]))

    def _mac(self, key: bytes, body: bytes) -> bytes:
        return hmac.digest(self._secret, b"%d:%b" % (len(key), key) + body, hashlib.sha256)


def _kind(key: bytes) -> Kind:
    return "own" if key.endswith(b"/clock") else "page"


def stamp_of(stored: bytes) -> int:
    """The stamp of a stored page, unchecked; -1 when there is none."""
    start = len(MAGIC) + _MAC
    if len(stored) < start + _HEAD.size or not stored.startswith(MAGIC):
        return -1
    return int(_HEAD.unpack_from(stored, start)[0])
