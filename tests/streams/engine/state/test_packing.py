"""Parts that are deflated one by one make one stream, whatever they are and whoever reads it."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.engine.state.packing import Packer, join, open_parts

LONG = st.binary(min_size=1, max_size=3).map(lambda found: found * 40_000)
PLAIN = st.lists(st.binary(max_size=300) | LONG, max_size=8)


@given(PLAIN)
def test_any_zlib_reads_them(plain: list[bytes]) -> None:
    packer = Packer()

    packed = join([packer.part(part) for part in plain])

    assert zlib.decompress(packed) == b"".join(plain)


@given(PLAIN, PLAIN)
def test_parts_come_back_and_make_other_pages(first: list[bytes], second: list[bytes]) -> None:
    packer = Packer()
    parts = [packer.part(part) for part in first]

    plain, found = open_parts(join(parts))
    again = join([*found[1:], *(packer.part(part) for part in second), *found[:1]])

    assert (plain, found) == (b"".join(first), parts)
    assert zlib.decompress(again) == b"".join([*first[1:], *second, *first[:1]])


def test_a_stream_made_at_once_has_no_parts() -> None:
    assert open_parts(zlib.compress(b"plain" * 100)) == (b"plain" * 100, [])


@pytest.mark.parametrize("left", [0, 1, 5, 30])
def test_a_stream_that_is_cut_off_is_damaged(left: int) -> None:
    packed = join([Packer().part(bytes(range(256)))])

    with pytest.raises(zlib.error):
        open_parts(packed[:left])


def test_a_changed_byte_is_found() -> None:
    packed = bytearray(join([Packer().part(b"x" * 50), Packer().part(b"y" * 50)]))
    packed[5] ^= 1

    with pytest.raises(zlib.error):
        open_parts(bytes(packed))
