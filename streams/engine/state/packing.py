"""A page packed from parts that are deflated one by one: who did not change is not packed again.

The parts are one deflated stream all the same (RFC 1950, 1951), which any zlib reads: each of them begins
with nothing of what came before, and ends on a whole byte. Behind the stream stands how long each part is.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence
from itertools import accumulate, pairwise
from typing import Final, NamedTuple

LEVEL: Final = 2
"""Of compression: deflating a wearer takes 60 µs, as long as level 1, and gives 2.2 kB of 4.1."""
_BEGIN: Final = b"\x78\x01"
_END: Final = b"\x03\x00"
"""An empty last block."""
_SUM: Final = struct.Struct(">I")
_ENTRY: Final = struct.Struct(">III")
_BASE: Final = 65521


class Part(NamedTuple):
    """Some bytes, deflated; of them only how many they were and their sum (Adler-32)."""

    deflated: bytes
    size: int
    sum: int


class Packer:
    """Deflates parts. Not for two threads at once."""

    def __init__(self) -> None:
        self._deflate = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)

    def part(self, plain: bytes) -> Part:
        """These bytes as a part of any page."""
        deflated = self._deflate.compress(plain) + self._deflate.flush(zlib.Z_FULL_FLUSH)
        return Part(deflated, len(plain), zlib.adler32(plain))


def join(parts: Sequence[Part]) -> bytes:
    """The stream of these parts, one behind the other, and how long each of them is."""
    whole = 1
    for part in parts:
        whole = _added(whole, part)
    stream = b"".join([_BEGIN, *(part.deflated for part in parts), _END, _SUM.pack(whole)])
    return stream + b"".join(_ENTRY.pack(len(part.deflated), part.size, part.sum) for part in parts)


def open_parts(packed: bytes) -> tuple[bytes, list[Part]]:
    """What `join` was given: all bytes, and their parts; no parts for a stream that another way has made.

    Raises zlib.error when it is damaged.
    """
    inflate = zlib.decompressobj()
    plain = inflate.decompress(packed) + inflate.flush()
    if not inflate.eof:
        raise zlib.error("the stream is cut off")
    return plain, _parts(packed, inflate.unused_data)


def _parts(packed: bytes, index: bytes) -> list[Part]:
    if len(index) % _ENTRY.size:
        return []
    entries = list(_ENTRY.iter_unpack(index))
    around = len(_BEGIN) + len(_END) + _SUM.size
    if sum(length for length, _, _ in entries) + around + len(index) != len(packed):
        return []
    bounds = accumulate((length for length, _, _ in entries), initial=len(_BEGIN))
    return [
        Part(packed[begin:end], size, checksum)
        for (begin, end), (_, size, checksum) in zip(pairwise(bounds), entries, strict=True)
    ]


def _added(whole: int, part: Part) -> int:
    """The sum of bytes and a part behind them (as zlib's `adler32_combine`)."""
    low, high = whole & 0xFFFF, whole >> 16
    more_low, more_high = part.sum & 0xFFFF, part.sum >> 16
    new_low = (low + more_low - 1) % _BASE
    new_high = (high + more_high + part.size * (low - 1)) % _BASE
    return new_high << 16 | new_low
