"""Pages are believed only when they authenticate, and start cold with the reason when they do not."""

from __future__ import annotations

import pickletools
import zlib

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.engine.scoring.lineups import Lineups
from streams.engine.state import pages
from streams.engine.state.pages import (
    MAGIC,
    PAGES,
    RIVER,
    SCHEMA,
    ClockData,
    PageData,
    Seal,
    Unreadable,
    clock_key,
    page_key,
    page_of,
    stamp_of,
)
from streams.intake.clock import StreamClock
from tests.streams.engine.shards import SECRET, feed_all, maker, messy, stored

KEY = page_key(0, 7)
SEAL = Seal(SECRET)
EMPTY = PageData(SCHEMA, RIVER, {"scored": 3}, {}, [])


def reason(value, key=KEY, seal=SEAL):
    with pytest.raises(Unreadable) as caught:
        seal.open(key, value, PageData)
    return caught.value.reason


@pytest.fixture(scope="module")
def full():
    """The pages of a partition with a life behind it."""
    shard = maker()(0, {})
    feed_all(shard, messy(8))
    return stored(shard)


def test_a_page_comes_back_with_its_stamp():
    value = SEAL.write(KEY, 41, EMPTY)

    assert SEAL.open(KEY, value, PageData) == (41, EMPTY)
    assert stamp_of(value) == 41


@pytest.mark.parametrize("value", [b"", b"x", MAGIC, MAGIC + b"0" * 39, b"0" * 200])
def test_what_is_no_page_has_no_stamp_and_is_forged(value):
    assert stamp_of(value) == -1
    assert reason(value) == "forged"


@given(st.integers(0, 10**6), st.integers(1, 255))
def test_any_changed_byte_is_found(at, by):
    value = bytearray(SEAL.write(KEY, 41, EMPTY))
    value[at % len(value)] ^= by

    assert reason(bytes(value)) == "forged"


def test_a_page_of_another_place_or_another_key_is_forged():
    value = SEAL.write(KEY, 41, EMPTY)

    assert reason(value, key=page_key(0, 8)) == "forged"
    assert reason(value, key=page_key(10, 7)) == "forged"
    assert reason(value, seal=Seal(b"x" * 32)) == "forged"


def test_forged_bytes_are_never_decoded(monkeypatch):
    def decode(*args, **kwargs):
        raise AssertionError("decoded before it was authenticated")

    monkeypatch.setattr(pages.msgspec.msgpack, "decode", decode)
    monkeypatch.setattr(pages.zlib, "decompress", decode)

    assert reason(Seal(b"x" * 32).write(KEY, 41, EMPTY)) == "forged"


def test_another_version_is_named():
    assert reason(SEAL.write(KEY, 1, msgspec.structs.replace(EMPTY, schema=SCHEMA + 1))) == "schema"
    assert reason(SEAL.write(KEY, 1, msgspec.structs.replace(EMPTY, river="0.1"))) == "river"


def test_a_page_from_before_pages_were_deflated_is_of_another_schema(monkeypatch):
    monkeypatch.setattr(pages.zlib, "compress", lambda body, level: body)

    assert reason(SEAL.write(KEY, 1, msgspec.structs.replace(EMPTY, schema=2))) == "schema"


def test_a_page_that_does_not_inflate_is_damaged(monkeypatch):
    monkeypatch.setattr(pages.zlib, "compress", lambda body, level: b"x" + body)

    assert reason(SEAL.write(KEY, 1, EMPTY)) == "damaged"


def test_a_page_of_another_shape_is_damaged():
    clock = SEAL.write(KEY, 1, ClockData(SCHEMA, RIVER, StreamClock(), Lineups({})))

    assert reason(clock) == "damaged"


def test_a_shard_starts_cold_where_a_page_is_not_its_own(full):
    reasons = []
    key = next(key for key in full if key != clock_key(0))
    other = next(other for other in full if other not in (key, clock_key(0)))

    shard = maker(reasons.append)(0, full | {key: full[other]})

    assert reasons == ["forged"]
    assert 0 < shard.wearers < maker()(0, full).wearers


def test_a_shard_of_another_key_starts_wholly_cold(full):
    reasons = []
    made = maker(reasons.append)
    made.seal = Seal(b"x" * 32)

    shard = made(0, full)

    assert reasons == ["forged"] * len(full)
    assert (shard.position, shard.wearers, shard.outcomes(), shard.pending()) == (-1, 0, {}, [])


def test_a_cold_start_still_takes_records():
    shard = maker()(0, {page_key(0, n): b"garbage" for n in range(PAGES)} | {clock_key(0): b"garbage"})

    assert feed_all(shard, messy(8)).outcomes["scored"] > 0


def test_stored_pages_hold_plain_data_and_no_pickles(full):
    """Every byte string in a page is a column of numbers; none of them is a pickle or names a class."""

    def walk(tree):
        if isinstance(tree, bytes):
            yield tree
        elif isinstance(tree, dict):
            for item in (*tree.keys(), *tree.values()):
                yield from walk(item)
        elif isinstance(tree, list):
            for item in tree:
                yield from walk(item)

    for value in full.values():
        body = zlib.decompress(value[len(MAGIC) + 32 + 8 :])
        for name in (b"river", b"numpy", b"builtins", b"__reduce__", b"copyreg"):
            assert name not in body
        for column in walk(msgspec.msgpack.decode(body)):
            assert not _is_pickle(column)


def _is_pickle(value):
    try:
        return len(list(pickletools.genops(value))) > 1
    except Exception:
        return False


def test_pages_spread_wearers_and_stay_where_they_are():
    assert page_of(b"sim-00000") == 11
    assert len({page_of(b"sim-%05d" % i) for i in range(5000)}) == PAGES


def test_the_position_of_a_page_is_its_stamp(full):
    shard = maker()(0, full)

    assert stamp_of(full[clock_key(0)]) == shard.position == messy(8)[-1].offset
    assert {maker().stamp(value) for value in full.values()} == {shard.position}
