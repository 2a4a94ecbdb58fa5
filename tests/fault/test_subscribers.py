"""Ten subscribers of each kind while a worker is killed, the API restarted and Valkey restarted.

Each must have each alert once in effect, each life in order, and none may be missing.
"""

from __future__ import annotations

import asyncio
import base64
import os
import random
import secrets
import signal
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path

import msgspec
import pytest
import redis

from exporters.alerts.keys import Keys
from streams.gateways.simulator import Rates, Simulation
from streams.stack import LocalStack
from streams.stack.server import free_port
from tests.fault.subscribing import ByGroup, BySocket, BySse, ByStream, Hooks, Process, Subscriber, Told
from tests.integration.conftest import Bench

pytestmark = [pytest.mark.fault, pytest.mark.timeout(600)]

EACH = 10
WEARERS, HOURS = 60, 5.0
PATIENCE_S = 150.0
KEY = "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


async def test_each_kind_of_subscriber_has_each_alert_once_and_in_order(
    bench: Bench, stack: LocalStack, redis_url: str, tmp_path: Path
) -> None:
    seed = int(os.environ.get("VITALSTREAM_TEST_SEED", random.randrange(10**6)))
    print(f"VITALSTREAM_TEST_SEED={seed}")  # noqa: T201 - shown when the test fails
    hooks, port = Hooks(), free_port()
    api, deliver = processes(bench, redis_url, tmp_path, hooks, port)
    pulled = subscribers(redis_url, f"http://127.0.0.1:{port}")
    worker = bench.start()
    worker.wait_ready()

    async with hooks.serving():
        api.start()
        deliver.start()
        reading = [asyncio.create_task(subscriber.run()) for subscriber in pulled]
        try:
            await asyncio.to_thread(produce, bench, seed)
            await some(redis_url, 30)
            worker.end(signal.SIGKILL)
            bench.start()
            await some(redis_url, 60)
            api.end(signal.SIGKILL)
            api.start()
            deliver.end(signal.SIGKILL)
            deliver.start()
            await asyncio.to_thread(stack.valkey.stop)
            await asyncio.sleep(3.0)
            await asyncio.to_thread(stack.valkey.start)
            await asyncio.to_thread(api.wait_ready)
            assert await asyncio.to_thread(api.end, signal.SIGTERM) == 0
            api.start()
            await asyncio.to_thread(bench.wait_done, PATIENCE_S)
            expected = told(redis_url)
            await caught_up(pulled, hooks, len(expected))
        finally:
            for task in reading:
                task.cancel()
            ended = await asyncio.gather(*reading, return_exceptions=True)
            api.kill_if_alive()
            deliver.kill_if_alive()

    assert [error for error in ended if not isinstance(error, asyncio.CancelledError)] == []
    assert len(expected) > 100, "the run must have had something to tell"
    for subscriber in pulled:
        check(type(subscriber).__name__, subscriber.came, expected, once=not isinstance(subscriber, ByGroup))
    assert len(hooks.came) == EACH
    for name, came in hooks.came.items():
        check(name, came, expected)


def processes(bench: Bench, redis_url: str, folder: Path, hooks: Hooks, port: int) -> tuple[Process, Process]:
    environment = {
        "VITALSTREAM_BROKER": bench.settings.broker,
        "VITALSTREAM_REDIS_URL": redis_url,
        "VITALSTREAM_DATA_DIR": str(folder / "outside"),
        "VITALSTREAM_API_PORT": str(port),
        "VITALSTREAM_API_ANONYMOUS": "read",
        "VITALSTREAM_ROUTES": str(routes(folder, hooks)),
        "WEBHOOK_KEY": KEY,
    }
    (folder / "outside").mkdir()
    return Process(["api", "--json"], environment, folder), Process(
        ["deliver", "--json"], environment, folder
    )


def routes(folder: Path, hooks: Hooks) -> Path:
    names = [f"hook{number}" for number in range(EACH)]
    path = folder / "routes.toml"
    statuses = '["raised", "escalated", "reminded", "acknowledged", "snoozed", "answered", "resolved"]'
    path.write_text(
        "".join(
            f'[receivers.{name}]\nkind = "webhook"\nurl = "http://127.0.0.1:{hooks.port}/{name}"\n'
            f'secret_env = "WEBHOOK_KEY"\n'
            for name in names
        )
        + f'[routes.all]\nto = {names}\npriority = "info"\nstatuses = {statuses}\n'.replace("'", '"')
    )
    return path


def subscribers(redis_url: str, address: str) -> list[Subscriber]:
    return [
        made
        for number in range(EACH)
        for made in (
            ByStream(url=redis_url),
            ByGroup(url=redis_url, group=f"group{number}"),
            BySse(address=address),
            BySocket(address=address),
        )
    ]


def produce(bench: Bench, seed: int) -> None:
    rates = Rates(episode_hours=2.0, warmup_hours=1.0)
    encode = msgspec.json.Encoder().encode
    simulated = Simulation(seed=seed, wearers=WEARERS, hours=HOURS, rates=rates).packets()
    bench.produce([(timed.wearer.encode(), encode(timed.packet)) for timed in simulated])


async def some(redis_url: str, count: int) -> None:
    """Wait until so many revisions are in the stream."""
    async with asyncio.timeout(PATIENCE_S):
        while len(told(redis_url)) < count:  # noqa: ASYNC110 - another process fills it
            await asyncio.sleep(0.1)


def told(redis_url: str) -> list[Told]:
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        entries = client.xrange(Keys().stream)
    return [(fields["id"], int(fields["revision"])) for _, fields in entries]


async def caught_up(pulled: Iterable[Subscriber], hooks: Hooks, count: int) -> None:
    """Wait until everybody has as many; whether they are the right ones is looked at afterwards."""

    def all_have() -> bool:
        pushed = [len(came) for came in hooks.came.values()]
        return min(len(set(s.came)) for s in pulled) >= count and min(pushed, default=0) >= count

    try:
        async with asyncio.timeout(PATIENCE_S):
            while not all_have():  # noqa: ASYNC110 - some of them are other processes
                await asyncio.sleep(0.2)
    except TimeoutError:
        pass


def check(who: str, came: list[Told], expected: list[Told], *, once: bool = True) -> None:
    lives = defaultdict[str, list[int]](list)
    for name, revision in dict.fromkeys(came):
        lives[name].append(revision)
    assert set(came) == set(expected), f"{who}: {len(set(expected) - set(came))} are missing"
    assert all(life == sorted(life) for life in lives.values()), f"{who}: a life is out of order"
    if once:
        repeated = [entry for entry, count in Counter(came).items() if count > 1]
        assert repeated == [], f"{who}: {len(repeated)} came again"
