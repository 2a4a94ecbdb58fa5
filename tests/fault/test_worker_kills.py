"""Workers killed at random moments: the state and the alerts of an uninterrupted run must come out."""

from __future__ import annotations

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest
import redis
from kafka.errors import KafkaError

from streams.stack import LocalStack
from tests.streams.engine.harness import Crew, Fed, Observer, eventually, feed, stop_all

pytestmark = pytest.mark.fault

PATIENCE_S = 100.0


@pytest.fixture
def chance() -> random.Random:
    seed = int(os.environ.get("VITALSTREAM_TEST_SEED", random.randrange(10**6)))
    print(f"VITALSTREAM_TEST_SEED={seed}")  # noqa: T201 - shown when the test fails
    return random.Random(seed)


def harass(crew: Crew, chance: random.Random, kills: int, pause: tuple[float, float]) -> None:
    """Start workers and kill them with -9, the first one before it has recovered; leave two at work."""
    crew.start()
    time.sleep(chance.uniform(0.5, 4.0))
    crew.alive[0].kill()
    crew.start()
    for _ in range(kills):
        time.sleep(chance.uniform(*pause))
        crew.start()
        time.sleep(chance.uniform(*pause))
        chance.choice(crew.alive).kill()
    crew.start()


def check(crew: Crew, observer: Observer, fed: Fed) -> None:
    """All committed, nobody stands still, state and alerts as if nothing had happened."""
    eventually(observer.all_committed, f"committed {observer.committed()} of {observer.ends()}", PATIENCE_S)
    assert stop_all(crew.alive) == [0, 0]
    assert observer.state() == fed.state


def test_backlog_of_200_000_records_with_full_queues(
    crew: Crew, observer: Observer, chance: random.Random, redis_url: str
) -> None:
    crew.to_redis = True
    fed = Fed()
    feed(crew.settings.broker, fed, range(200_000))
    crew.environment["TOY_PAUSE_S"] = "0.005"

    harass(crew, chance, kills=3, pause=(2.0, 5.0))

    check(crew, observer, fed)
    assert_each_alert_once_in_order(redis_url, fed)


def test_steady_flow_into_valkey(
    crew: Crew, observer: Observer, chance: random.Random, redis_url: str
) -> None:
    crew.to_redis = True
    fed = Fed()
    flow = threading.Thread(
        target=feed, args=(crew.settings.broker, fed, range(30_000)), kwargs={"rate": 1500.0}
    )
    flow.start()

    harass(crew, chance, kills=2, pause=(2.0, 5.0))
    flow.join()

    check(crew, observer, fed)
    assert_each_alert_once_in_order(redis_url, fed)


def test_valkey_away_and_a_worker_killed_meanwhile(
    crew: Crew, observer: Observer, stack: LocalStack, redis_url: str
) -> None:
    crew.to_redis = True
    crew.environment["VITALSTREAM_PENDING_ALERTS"] = "200"
    fed = Fed()
    stack.valkey.stop()
    try:
        feed(crew.settings.broker, fed, range(20_000))
        first = crew.start()
        first.wait_ready()
        eventually(lambda: sum(observer.committed()) > 1_000, "work that can be done is committed")
        before = observer.committed()
        time.sleep(3.0)
        assert observer.committed() == before, "reading has stopped at the limit"
        assert first.alive
        first.kill()
        crew.start()
        crew.start()
        time.sleep(8.0)
        assert not observer.all_committed()
    finally:
        stack.valkey.start()

    check(crew, observer, fed)
    assert_each_alert_once_in_order(redis_url, fed)


def test_a_stopped_worker_that_wakes_up_writes_nothing(crew: Crew, observer: Observer) -> None:
    fed = Fed()
    sleeper = crew.start()
    sleeper.wait_ready()
    feed(crew.settings.broker, fed, range(10_000))
    eventually(lambda: sum(observer.committed()) > 0, "something is committed")
    feed(crew.settings.broker, fed, range(10_000, 12_000))
    sleeper.send(signal.SIGSTOP)
    heir = crew.start()
    eventually(observer.all_committed, "another worker has taken over")
    feed(crew.settings.broker, fed, range(12_000, 13_000))
    eventually(observer.all_committed, "it goes on")

    sleeper.send(signal.SIGCONT)

    assert sleeper.process.wait(60) == 70
    feed(crew.settings.broker, fed, range(13_000, 14_000))
    eventually(observer.all_committed, "nobody disturbs it")
    assert heir.stop() == 0
    assert observer.state() == fed.state
    assert set(crew.alerts()) == fed.alerts


def test_broker_killed_and_back_after_ten_seconds(crew: Crew, observer: Observer, stack: LocalStack) -> None:
    fed = Fed()
    feed(crew.settings.broker, fed, range(20_000))
    crew.environment["TOY_PAUSE_S"] = "0.01"
    crew.start().wait_ready()
    eventually(lambda: sum(observer.committed()) > 0, "something is committed")

    stack.kafka.kill()
    time.sleep(10.0)
    stack.kafka.start()
    stack.kafka.wait_ready()

    def supervised() -> bool:
        if not crew.alive:
            crew.start()
        try:
            return observer.all_committed()
        except KafkaError:
            observer.reconnect()
            return False

    eventually(supervised, "output is back", PATIENCE_S)
    assert stop_all(crew.alive) == [0]
    assert observer.state() == fed.state
    assert set(crew.alerts()) == fed.alerts


def assert_each_alert_once_in_order(redis_url: str, fed: Fed) -> None:
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        stream = next(key for key in client.scan_iter(_type="stream"))
        ids = [fields["id"] for _, fields in client.xrange(stream)]
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    assert set(ids) == fed.alerts
    by_wearer: Callable[[str], list[int]] = lambda key: [  # noqa: E731
        int(name.split(":")[1]) for name in ids if name.startswith(f"{key}:")
    ]
    assert all(by_wearer(key) == sorted(by_wearer(key)) for key in fed.values)
