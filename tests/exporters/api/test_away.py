"""Redis goes away and comes back: requests are told, streams go on without a hole."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import redis

from exporters.alerts.sink import AlertSink
from streams.stack.server import free_port
from tests.exporters.api.serving import Running, reading, serving, take
from tests.exporters.examples import DAY_S, alert, server_on


async def test_streams_and_requests_survive_a_server_that_is_away(tmp_path: Path) -> None:
    port = free_port()
    url = f"redis://127.0.0.1:{port}"
    async with serving(url, tmp_path) as api:
        refused = await api.client.get("/alerts")
        with server_on(port):
            sink = AlertSink.connect(url, trim_s=DAY_S)
            async with reading(api) as events:
                [up] = await take(events, 1, "heartbeat")
                await sink.write([alert("a1")])
                await take(events, 1)
        async with reading(api, f"/alerts/stream?since={up.id}") as events:
            [seen] = await take(events, 1)
            [away] = await take(events, 1, "heartbeat")
        ready = await api.client.get("/ready")
        await sink.close()

    assert refused.status_code == 503
    assert refused.json()["error"].startswith("Redis is not available")
    assert up.data["source"] == "up"
    assert (seen.data["id"], away.data["source"]) == ("a1", "away"), "what is in memory is still told"
    assert (ready.status_code, ready.json()["redis"]) == (503, "away")


async def test_an_open_stream_hears_that_its_source_is_away_and_back(tmp_path: Path) -> None:
    port = free_port()
    url = f"redis://127.0.0.1:{port}"
    async with serving(url, tmp_path) as api:
        with server_on(port):
            async with reading(api) as events:
                told = [(await take(events, 1, "heartbeat"))[0].data["source"]]
        async with reading(api) as events:
            told += [(await take(events, 1, "heartbeat"))[0].data["source"]]
            with server_on(port):
                told += [(await take(events, 1, "heartbeat"))[0].data["source"]]
                sink = AlertSink.connect(url, trim_s=DAY_S)
                await sink.write([alert("a1")])
                [seen] = await take(events, 1)
                await sink.close()

    assert told == ["up", "away", "up"]
    assert seen.data["id"] == "a1"


async def test_many_readers_behind_a_server_that_hangs_hear_so_in_time(tmp_path: Path) -> None:
    port = free_port()
    url = f"redis://127.0.0.1:{port}"

    async def first(api: Running) -> str:
        async with reading(api, "/alerts/stream?since=0") as events:
            while True:
                [beat] = await take(events, 1, "heartbeat")
                if beat.data["source"] == "away":
                    return "away"

    with server_on(port):
        sink = AlertSink.connect(url, trim_s=DAY_S)
        await sink.write([alert("a1")])
        await sink.close()
        with redis.Redis(port=port) as client:
            process = int(client.info("server")["process_id"])
        async with serving(url, tmp_path) as api:
            await take_one_heartbeat(api)
            os.kill(process, signal.SIGSTOP)
            try:
                # One after the other they would wait for minutes.
                told = await asyncio.gather(*(first(api) for _ in range(30)))
            finally:
                os.kill(process, signal.SIGCONT)

    assert told == ["away"] * 30


async def test_an_api_that_may_not_read_the_stream_is_not_ready(tmp_path: Path) -> None:
    port = free_port()
    with server_on(port), redis.Redis(port=port) as admin:
        admin.acl_setuser("limited", enabled=True, nopass=True, keys=["*"], commands=["+ping", "+xinfo"])
        async with serving(f"redis://limited:any@127.0.0.1:{port}", tmp_path) as api:
            ready = await api.client.get("/ready")

    assert (ready.status_code, ready.json()["redis"]) == (503, "away")


async def take_one_heartbeat(api: Running) -> None:
    async with reading(api) as events:
        await take(events, 1, "heartbeat")
