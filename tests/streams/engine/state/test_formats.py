"""Versions side by side: a newer one reads what was stored before; an older one never writes over a newer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from streams.engine.scoring.shard import ShardMaker
from streams.engine.state.formats import FORMATS, RIVER, Formats, Kind, Step, Tree
from streams.engine.state.pages import (
    SCHEMA,
    Lineups,
    OtherVersion,
    PageData,
    Seal,
    Unreadable,
    Versions,
    clock_key,
    page_key,
)
from streams.engine.watching.ends import describe
from tests.integration.test_real_core_kills import snapshots
from tests.streams.engine.shards import SECRET, feed_all, maker, messy, stored

OLD = SCHEMA - 1


def upside_down(kind: Kind, tree: Tree) -> Tree:
    """Schema `OLD` of these tests: the same, with counts under other names, and without lessons."""
    if kind == "own":
        return tree
    return [*tree[:2], {f"was {name}": count for name, count in tree[2].items()}, *tree[3:5], []]


def right_again(kind: Kind, tree: Tree) -> Tree:
    if kind == "own":
        return tree
    return [*tree[:2], {name.removeprefix("was "): count for name, count in tree[2].items()}, *tree[3:]]


BOTH = Formats({OLD: RIVER, SCHEMA: RIVER}, {OLD: Step(right_again, upside_down)})
"""What a version reads that has just raised the schema."""
ONLY_OLD = Formats({OLD: RIVER}, {})


def made(formats: Formats, schema: int | None = None) -> ShardMaker:
    """A version that knows these formats."""
    found = maker()
    found.seal = Seal(SECRET, schema, formats)
    return found


def written_by(version: ShardMaker) -> dict[bytes, bytes]:
    shard = version(0, {})
    feed_all(shard, messy(8))
    return stored(shard)


def schemas(pages: Mapping[bytes, bytes]) -> set[int]:
    """By what the pages say that they were written."""
    found = set()
    for key, value in pages.items():
        _, tree = _Open(SECRET).open(key, value, msgspec.Raw)  # type: ignore[type-var]
        found.add(msgspec.msgpack.decode(bytes(tree), type=Versions).schema)
    return found


class _Anything(dict[int, str]):
    def get(self, key: int, default: Any = None) -> Any:
        return RIVER


class _Open(Seal):
    def __init__(self, secret: bytes) -> None:
        super().__init__(secret, None, Formats(_Anything({SCHEMA: RIVER}), {OLD: Step(_same, _same)}))


def _same(kind: Kind, tree: Tree) -> Tree:
    return tree


def test_each_schema_names_the_release_of_river_that_it_was_written_with() -> None:
    """Where this fails River was renewed: raise the schema, and say how to get there from the one before."""
    assert FORMATS.rivers[SCHEMA] == RIVER


def test_between_any_two_schemas_that_are_read_there_is_a_step() -> None:
    oldest = min(FORMATS.rivers)

    assert list(FORMATS.rivers) == list(range(oldest, SCHEMA + 1))
    assert list(FORMATS.steps) == list(range(oldest, SCHEMA))


def test_a_newer_version_reads_what_the_older_stored_and_stores_it_anew() -> None:
    """All of it, also pages of wearers who never speak again: one day the older is not read any more."""
    pages = written_by(made(BOTH, OLD))
    assert schemas(pages) == {OLD}

    shard = made(BOTH)(0, pages)

    assert snapshots(shard) == snapshots(made(BOTH)(0, written_by(made(BOTH))))
    again = stored(shard)
    assert again.keys() == pages.keys()
    assert schemas(again) == {SCHEMA}


def test_while_it_writes_the_older_schema_the_older_version_can_take_over() -> None:
    ours, theirs = made(BOTH, OLD), made(replace(BOTH, rivers={OLD: RIVER, SCHEMA: RIVER}), OLD)

    shard = theirs(0, written_by(ours))

    assert shard.wearers > 0
    assert shard.dirty() == [], "nothing is to be written anew"
    assert shard.outcomes() == ours(0, written_by(ours)).outcomes()


def test_an_older_version_ends_before_it_writes_over_newer_state() -> None:
    newer = written_by(made(BOTH))
    reasons: list[str] = []
    older = made(ONLY_OLD)
    older.on_cold_start = reasons.append

    with pytest.raises(OtherVersion) as caught:
        older(0, newer)

    line = describe(caught.value)
    assert line == (
        f"the state of partition 0 was written by a newer version (schema {SCHEMA}, River {RIVER}; this one"
        f" reads schema {OLD} with River {RIVER}): start that version here too, nothing was changed"
        " (docs/how-to/upgrade.md)"
    )
    assert reasons == []


@pytest.mark.parametrize("only", ["page", "own"])
def test_one_newer_page_is_enough(only: Kind) -> None:
    newer, older = written_by(made(BOTH)), written_by(made(BOTH, OLD))
    key = clock_key(0) if only == "own" else next(key for key in newer if key != clock_key(0))

    with pytest.raises(OtherVersion):
        made(ONLY_OLD)(0, older | {key: newer[key]})


def test_another_release_of_river_is_another_version() -> None:
    page = PageData(SCHEMA, "0.1", {}, {}, [])
    value = Seal(SECRET).write(page_key(3, 7), 4, page)

    with pytest.raises(OtherVersion, match=r"partition 3 was written by another .* River 0\.1; "):
        Seal(SECRET).open(page_key(3, 7), value, PageData)


def test_a_release_that_is_none_is_damage() -> None:
    value = Seal(SECRET).write(page_key(3, 7), 4, PageData(SCHEMA, "\x0b.26", {}, {}, []))

    with pytest.raises(Unreadable, match="damaged"):
        Seal(SECRET).open(page_key(3, 7), value, PageData)


def test_forged_pages_are_not_asked_for_their_version() -> None:
    value = Seal(b"x" * 32).write(page_key(0, 7), 4, PageData(SCHEMA + 1, RIVER, {}, {}, []))

    shard = made(FORMATS)(0, {page_key(0, 7): value})

    assert shard.wearers == 0


def test_positions_and_line_ups_pass_through_formats() -> None:
    value = written_by(made(BOTH, OLD))[clock_key(0)]
    shard = made(BOTH)(0, {clock_key(0): value})

    assert shard.position == messy(8)[-1].offset
    assert shard.own.lineups == Lineups({"rhythm": "test"})
