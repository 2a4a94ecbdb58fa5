from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import faust
import pytest
from faust.types import TP

from streams.engine.state.changelog import Changelog
from streams.engine.state.table import PageTable
from tests.streams.engine.toy import stamp, stamped

CHANGELOG = "t-state-changelog"


@dataclass
class Setup:
    app: faust.App
    table: PageTable
    live: set[int]
    errors: list[BaseException]


@pytest.fixture
async def setup() -> Setup:
    app = faust.App("t", store="memory://", topic_partitions=4)
    app.conf.Table = PageTable
    table: Any = app.Table("state", key_type=bytes, value_type=bytes)
    live, errors = set[int](), list[BaseException]()
    table.known, table.is_live, table.on_error = Changelog(stamp), live.__contains__, errors.append
    return Setup(app, table, live, errors)


def event(key: bytes, value: bytes | None, offset: int = 0, generation: int = 1) -> Any:
    partition = int(key.split(b"/")[0])
    tp = TP(CHANGELOG, partition)
    return SimpleNamespace(
        message=SimpleNamespace(
            key=key, value=value, partition=partition, offset=offset, tp=tp, generation_id=generation
        )
    )


async def test_pages_of_partitions_without_a_shard_are_collected(setup: Setup) -> None:
    setup.table.apply_changelog_batch([event(b"0/1", stamped(5, b"a")), event(b"3/1", stamped(5, b"b"))])

    assert setup.table.known.take(3) == {b"3/1": stamped(5, b"b")}


async def test_each_page_that_is_written_is_counted(setup: Setup, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup.table, "send_changelog", lambda *_: None)
    setup.table.known.read(0, 10)
    setup.table.write(b"0/1", b"")

    async def ends(tps: set[TP]) -> dict[TP, int]:
        assert tps == {TP(CHANGELOG, 0)}
        return {TP(CHANGELOG, 0): end}

    end = 11
    assert await setup.table.intruded(ends) == []
    end = 12
    assert await setup.table.intruded(ends) == [0]


async def test_pages_of_a_live_shard_are_not_collected(setup: Setup) -> None:
    setup.live.add(0)
    setup.table.apply_changelog_batch([event(b"0/1", stamped(5, b"a"))])

    assert setup.table.known.take(0) == {}


async def test_an_error_is_told_and_not_only_logged_by_faust(setup: Setup) -> None:
    with pytest.raises(TypeError):
        setup.table.apply_changelog_batch([event(b"0/1", 7)])  # type: ignore[arg-type]

    assert len(setup.errors) == 1


async def test_an_event_queued_before_a_rebalance_does_not_hide_those_before_it(setup: Setup) -> None:
    offsets: Any = setup.app.tables.recovery.active_offsets  # type: ignore[attr-defined]
    tp = TP(CHANGELOG, 0)
    setup.app.consumer_generation_id = 2
    offsets[tp] = 3
    await setup.table.on_changelog_event(event(b"0/1", b"", offset=3, generation=2))
    offsets[tp] = 9

    await setup.table.on_changelog_event(event(b"0/1", b"", offset=9, generation=1))

    assert offsets[tp] == 3


async def test_a_page_belongs_to_the_partition_that_its_key_names(setup: Setup) -> None:
    assert setup.table.partition_for_key(b"3/17") == 3
