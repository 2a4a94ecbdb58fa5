"""What each user of `deploy/redis/users.acl.template` may do, on real servers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
import redis

from exporters.alerts.client import AlertStream
from exporters.alerts.errors import RedisUnavailable, SinkUnavailable
from exporters.alerts.group import AlertGroup, Standing
from exporters.alerts.riskboard import RiskBoard
from exporters.alerts.sink import AlertSink
from exporters.api.positions import BEGINNING
from exporters.api.store import Store
from streams.records import Risk, Snooze
from tests.deploy.conftest import Guarded, certificates, passwords
from tests.exporters.examples import DAY_S, ONSET, alert


@pytest.fixture
def as_user(server: Guarded) -> Iterator[Any]:
    clients: list[redis.Redis] = []

    def connect(user: str) -> redis.Redis:
        clients.append(redis.Redis.from_url(server.url(user), decode_responses=True, driver_info=None))
        return clients[-1]

    yield connect
    for client in clients:
        client.close()


async def write(server: Guarded, *alerts: Any) -> None:
    sink = AlertSink.connect(server.url("writer"), trim_s=DAY_S)
    await sink.write(alerts or [alert("a1"), alert("a2", priority="high")])
    await sink.close()


def refused(server: Guarded) -> list[str]:
    """What any user was refused so far."""
    with redis.Redis.from_url(server.url("admin"), decode_responses=True) as admin:
        return [f"{row['username']}: {row['object']}" for row in admin.acl_log()]


async def test_the_writer_writes_alerts_and_risks(server: Guarded, as_user: Any) -> None:
    silenced = alert(revision=2, status="snoozed", snooze=Snooze(ONSET + 3_600_000))
    board = RiskBoard.connect(server.url("writer"), DAY_S)
    board.offer(Risk("w1", ONSET, {}, "high"))

    await write(server, alert(), silenced, alert(revision=3, status="resolved", snooze=silenced.snooze))
    await board.flush()

    admin = as_user("admin")
    assert admin.xlen("vitalstream:alerts") == 3
    assert admin.zcard("vitalstream:silences") == 1
    assert admin.zrange("vitalstream:risks", 0, -1) == ["w1"]
    assert refused(server) == []
    await board.close()


async def test_the_reader_follows_and_handles_alerts_in_a_group(server: Guarded) -> None:
    await write(server)

    seen = [a.id async for a in AlertStream(server.url("reader"), follow=False)]
    group = AlertGroup(server.url("reader"), "pager", "c1", deliveries=1)
    handled = []
    for acknowledge in (False, True):  # the first of them goes to the dead letters
        async with asyncio.timeout(60), aclosing(aiter(group)) as deliveries:
            delivery = await anext(deliveries)
            handled.append(delivery.alert.id)
            if acknowledge:
                await delivery.acknowledge()

    assert seen == ["a1", "a2"]
    assert handled == ["a1", "a2"]
    assert await group.standing() == Standing(lag=0, pending=0, dead=1)
    assert refused(server) == []
    await group.close()


async def test_the_reader_answers_for_the_api(server: Guarded) -> None:
    await write(server, alert("a1"), alert("a1", revision=2, status="snoozed", snooze=Snooze(ONSET)))
    store = Store.connect(server.url("reader"))

    await store.ping()
    behind = await store.after(BEGINNING, 10)
    before = await store.before(None, 10)
    life = await store.life("a1")
    silences = [event async for page in store.silences() for event in page]
    clocks = await store.clocks(["w1"])
    open_now = await store.open_alerts(None)
    current = await store.current("a1")

    assert [len(found) for found in (behind.events, before, life, silences, open_now)] == [2, 2, 2, 1, 1]
    assert clocks == [0]
    assert current is not None
    assert current.position == behind.newest
    assert refused(server) == []
    await store.close()


def test_the_reader_hears_the_hint(server: Guarded, as_user: Any) -> None:
    channel = as_user("reader").pubsub()
    channel.subscribe("vitalstream:alerts:hint")
    assert channel.get_message(timeout=30)["type"] == "subscribe"

    asyncio.run(write(server))

    assert channel.get_message(timeout=30)["type"] == "message"
    channel.close()


MAY = {
    "reader": [
        ("XRANGE vitalstream:alerts - +"), ("XINFO GROUPS vitalstream:alerts"),
        ("HGETALL vitalstream:alert:a1"), ("LRANGE vitalstream:alert:a1:life 0 -1"),
        ("ZRANGE vitalstream:active:high 0 -1"), ("ZRANGE vitalstream:silences 0 -1 WITHSCORES"),
        ("HGET vitalstream:risk:w1 body"), ("ZREVRANGE vitalstream:risks 0 9"),
        ("GET vitalstream:alerts:newest"),
    ],
}  # fmt: skip
MAY_NOT = {
    "writer": [
        "XRANGE vitalstream:alerts - +", "XREAD STREAMS vitalstream:alerts 0",
        "XINFO STREAM vitalstream:alerts", "HGETALL vitalstream:alert:a1",
        "LRANGE vitalstream:alert:a1:life 0 -1", "ZRANGE vitalstream:active:high 0 -1",
        "ZRANGEBYSCORE vitalstream:active:high 0 1", "SUBSCRIBE vitalstream:alerts:hint",
        "DEL vitalstream:alerts", "KEYS *", "SCAN 0", "SET elsewhere 1", "FLUSHALL",
        "CONFIG GET *", "ACL LIST",
    ],
    "reader": [
        "XADD vitalstream:alerts * id a9", "XTRIM vitalstream:alerts MAXLEN 0", "XDEL vitalstream:alerts 1-1",
        "DEL vitalstream:alerts", "XGROUP DESTROY vitalstream:alerts pager",
        "XGROUP SETID vitalstream:alerts pager 0", "HSET vitalstream:alert:a1 status resolved",
        "ZREM vitalstream:active:high a2", "ZADD vitalstream:silences 1 a1",
        "SET vitalstream:alerts:newest 1", "PUBLISH vitalstream:alerts:hint 1", "GET elsewhere", "KEYS *",
        "FLUSHALL", "CONFIG GET *", "ACL LIST",
    ],
}  # fmt: skip


def cells(table: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(user, command) for user, commands in table.items() for command in commands]


@pytest.mark.parametrize(("user", "command"), cells(MAY))
def test_what_a_user_may(server: Guarded, as_user: Any, user: str, command: str) -> None:
    asyncio.run(write(server))

    as_user(user).execute_command(*command.split())

    assert refused(server) == []


@pytest.mark.parametrize(("user", "command"), cells(MAY_NOT))
def test_what_a_user_may_not(server: Guarded, as_user: Any, user: str, command: str) -> None:
    asyncio.run(write(server))

    with pytest.raises(redis.exceptions.NoPermissionError):
        as_user(user).execute_command(*command.split())


async def test_the_reader_can_not_write_alerts_by_the_script_either(server: Guarded) -> None:
    sink = AlertSink.connect(server.url("reader"), trim_s=DAY_S)

    with pytest.raises(SinkUnavailable) as caught:
        await sink.write([alert()])

    assert caught.value.kind == "authentication"
    await sink.close()


def test_nobody_comes_in_without_a_name(plain_server: Guarded) -> None:
    with redis.Redis(port=plain_server.port) as client, pytest.raises(redis.AuthenticationError):
        client.ping()


async def test_a_wrong_password_is_one_clear_line(server: Guarded) -> None:
    with pytest.raises(RedisUnavailable) as caught:
        async for _ in AlertStream(server.url("reader", password="wrong-hunter2")):
            pass

    assert caught.value.kind == "authentication"
    assert "refuses these credentials" in str(caught.value)
    assert "hunter2" not in str(caught.value)


async def test_a_wrong_ca_is_one_clear_line(tls_server: Guarded, tmp_path: Path) -> None:
    other = certificates(tmp_path / "other")

    with pytest.raises(RedisUnavailable) as caught:
        async for _ in AlertStream(tls_server.url("reader", ca=other)):
            pass

    assert caught.value.kind == "certificate"
    assert "ssl_ca_certs" in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_making_the_users_again_keeps_their_passwords(tmp_path: Path) -> None:
    made = passwords(tmp_path)
    before = (tmp_path / "users.acl").read_text()

    assert passwords(tmp_path) == made
    assert (tmp_path / "users.acl").read_text() == before
    assert all((path.stat().st_mode & 0o077) == 0 for path in tmp_path.iterdir())


def test_the_server_is_never_given_a_password(server: Guarded, as_user: Any) -> None:
    rules = "\n".join(as_user("admin").acl_list())

    assert all(password not in rules for password in server.passwords.values())
