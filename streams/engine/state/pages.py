"""Snapshots of state: pages of some dozens of wearers, authenticated before anything is decoded.

Layout of a stored page: magic, HMAC-SHA256 over all that follows and the page's key, stamp (the last
offset it has seen, big-endian), then deflated: versions, MessagePack of plain data. Bytes that do not
authenticate are never decoded. What is deflated is a part for each wearer and one before and behind them
(`packing`): who did not change since a page was stored last is not packed again. A page of a schema before
this version's is brought up to it; one that this version can't read ends the worker, so that nothing is
ever written over it.
"""

from __future__ import annotations

import hashlib
import hmac
import struct
import zlib
from collections.abc import Mapping
from typing import Annotated, Final, TypeVar

import msgspec

from models.snapshot import WearerSnapshot
from models.usefulness.cohorts import CohortData, Lesson
from streams.engine.scoring.lineups import Lineups
from streams.engine.state import formats as _formats
from streams.engine.state.formats import FORMATS, Formats, Kind
from streams.engine.state.packing import LEVEL, Packer, Part, join, open_parts
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
_DEFLATED: Final = b"x"
"""How deflated data begin; pages of older schemas were not deflated."""

T = TypeVar("T")
Wearers = Mapping[str, Part]
"""Wearers by name, each as `Seal.pack` gave it."""


Release = Annotated[str, msgspec.Meta(pattern=r"\A\d+(\.\d+)*\Z", max_length=20)]


class Versions(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """What the data of a page were written by; the head of every page."""

    schema: int = SCHEMA
    river: Release = RIVER


class PageData(msgspec.Struct, array_like=True, gc=False):
    """What a page holds besides its stamp; `Seal.write_page` writes its fields one by one."""

    schema: int
    river: str
    outcomes: dict[Outcome, int]
    wearers: dict[str, WearerSnapshot]
    outbox: list[Alert]
    lessons: list[Lesson] = []
    """Of answers that the partition's stored position may not have passed."""


_PAGE_HEAD: Final = bytes([0x90 | len(PageData.__struct_fields__)])
"""How a page begins in MessagePack: an array of so many."""


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
        return self._sealed(key, stamp, zlib.compress(plain, LEVEL))

    @property
    def writes_newest(self) -> bool:
        """Whether pages are written in this version's own schema."""
        return self.schema == self._formats.newest

    def write_page(self, key: bytes, stamp: int, data: PageData, packer: Packer, wearers: Wearers) -> bytes:
        """A page as stored, of this version's schema: `data` without wearers, and these, packed before."""
        encode = self._encoder.encode
        before = b"".join(map(encode, (data.schema, data.river, data.outcomes)))
        behind = b"".join(map(encode, (data.outbox, data.lessons)))
        head = packer.part(_PAGE_HEAD + before + _map_head(len(wearers)))
        return self._sealed(key, stamp, join([head, *wearers.values(), packer.part(behind)]))

    def pack(self, packer: Packer, name: str, snapshot: WearerSnapshot) -> Part:
        """A wearer for `write_page`."""
        return packer.part(self._encoder.encode(name) + self._encoder.encode(snapshot))

    def _sealed(self, key: bytes, stamp: int, deflated: bytes) -> bytes:
        body = _HEAD.pack(stamp) + deflated
        return MAGIC + self._mac(key, body) + body

    def open(self, key: bytes, stored: bytes, kind: type[T]) -> tuple[int, T]:
        """Stamp and data of a stored page, which says by what it was written.

        Raises Unreadable, before anything of it is decoded if forged; OtherVersion when it is whole and of
        a version that can't be read.
        """
        return self._open(key, stored, kind)[:2]

    def open_page(self, key: bytes, stored: bytes) -> tuple[int, PageData, dict[str, Part]]:
        """The same of a page of wearers, and each wearer as `pack` gave it, if that is known."""
        stamp, page, parts = self._open(key, stored, PageData)
        whole = page.schema == self._formats.newest and len(parts) == len(page.wearers) + 2
        return stamp, page, dict(zip(page.wearers, parts[1:-1], strict=True)) if whole else {}

    def _open(self, key: bytes, stored: bytes, kind: type[T]) -> tuple[int, T, list[Part]]:
        if not self.authentic(key, stored):
            raise Unreadable("forged")
        start = len(MAGIC) + _MAC
        body, parts = stored[start + _HEAD.size :], list[Part]()
        try:
            if body[:1] == _DEFLATED:
                body, parts = open_parts(body)
            versions = msgspec.msgpack.decode(body, type=Versions)
            if not self._formats.reads(versions.schema, versions.river):
                raise OtherVersion(key, versions, self._formats)
            if versions.schema != self._formats.newest:
                tree = self._formats.up(_kind(key), msgspec.msgpack.decode(body))
                body = self._encoder.encode(tree)
            data = msgspec.msgpack.decode(body, type=kind)
        except (zlib.error, *MALFORMED):
            raise Unreadable("damaged") from None
        return _HEAD.unpack_from(stored, start)[0], data, parts

    def authentic(self, key: bytes, stored: bytes) -> bool:
        """Whether these bytes were written with this secret for this key."""
        start = len(MAGIC) + _MAC
        if len(stored) < start + _HEAD.size or not stored.startswith(MAGIC):
            return False
        return hmac.compare_digest(stored[len(MAGIC) : start], self._mac(key, stored[start:]))

    def _mac(self, key: bytes, body: bytes) -> bytes:
        return hmac.digest(self._secret, b"%d:%b" % (len(key), key) + body, hashlib.sha256)


def _map_head(count: int) -> bytes:
    """How a map of so many begins in MessagePack."""
    return bytes([0x80 | count]) if count < 16 else b"\xdf" + struct.pack(">I", count)


def _kind(key: bytes) -> Kind:
    return "own" if key.endswith(b"/clock") else "page"


def stamp_of(stored: bytes) -> int:
    """The stamp of a stored page, unchecked; -1 when there is none."""
    start = len(MAGIC) + _MAC
    if len(stored) < start + _HEAD.size or not stored.startswith(MAGIC):
        return -1
    return int(_HEAD.unpack_from(stored, start)[0])
