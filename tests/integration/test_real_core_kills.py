"""The real core under kill -9: state and alerts of the pure core run over the same log, uninterrupted."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter, defaultdict

import msgspec
import pytest

from models.deep.networks import Networks
from models.personal import load_setting
from models.snapshot import WearerSnapshot, dump
from streams.engine.scoring.shard import ShardMaker, WearerShard
from streams.engine.scoring.stock import Fixed
from streams.engine.state.pages import Seal
from streams.gateways.simulator import Rates, Simulation
from tests.integration.conftest import STATE_KEY, Bench
from tests.streams.engine.harness import PARTITIONS

CHUNK = 64
WEARERS = 40
HOURS = 7.0


def maker(bench: Bench) -> ShardMaker:
    networks = Networks.load()
    key = Seal(bytes.fromhex(STATE_KEY))
    setting = load_setting(trace_s=bench.settings.trace_s)
    return ShardMaker(bench.settings, key, Fixed(networks, networks.versions), setting)


def uninterrupted(bench: Bench) -> tuple[dict[str, WearerSnapshot], set[tuple[str, int]]]:
    """State by wearer and alerts by (id, revision) when nothing ever goes wrong."""
    make, states, alerts = maker(bench), {}, set()
    log = defaultdict(list)
    for record in bench.observer.records("vitals"):
        log[record.partition].append(record)
    for number, records in log.items():
        shard = make(number, {})
        for start in range(0, len(records), CHUNK):
            effects = shard.take(records[start : start + CHUNK])
            alerts |= {(alert.id, alert.revision) for alert, _ in effects.alerts}
        states |= snapshots(shard)
    return states, alerts


def recovered(bench: Bench) -> dict[str, WearerSnapshot]:
    """State by wearer as a recovery finds it in the changelog."""
    pages: dict[int, dict[bytes, bytes]] = defaultdict(dict)
    for record in bench.observer.records(bench.observer.changelog):
        pages[record.partition][record.key] = record.value
    make, states = maker(bench), {}
    for number in range(PARTITIONS):
        shard = make(number, pages[number])
        assert shard.pending() == []
        states |= snapshots(shard)
    return states


def snapshots(shard: WearerShard) -> dict[str, WearerSnapshot]:
    # Through bytes, so that what is compared owns its values.
    encode, decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(WearerSnapshot).decode
    return {wearer.name: decode(encode(dump(wearer))) for wearer in shard.book.wearers()}


@pytest.mark.fault
def test_kills_change_neither_state_nor_alerts(bench: Bench) -> None:
    seed = int(os.environ.get("VITALSTREAM_TEST_SEED", random.randrange(10**6)))
    print(f"VITALSTREAM_TEST_SEED={seed}")  # noqa: T201 - shown when the test fails
    chance = random.Random(seed)
    rates = Rates(episode_hours=3.0, warmup_hours=1.0)
    encode = msgspec.json.Encoder().encode
    simulated = Simulation(seed=seed, wearers=WEARERS, hours=HOURS, rates=rates).packets()
    bench.produce([(timed.wearer.encode(), encode(timed.packet)) for timed in simulated])

    for _ in range(3):
        first = bench.start()
        time.sleep(chance.uniform(2.0, 5.0))
        second = bench.start()
        time.sleep(chance.uniform(1.0, 4.0))
        for worker in chance.sample([first, second], 2):
            worker.end(signal.SIGKILL)
            time.sleep(chance.uniform(0.0, 1.0))
    last = bench.start()
    bench.wait_done()
    assert last.end(signal.SIGTERM) == 0

    states, expected = uninterrupted(bench)
    told = [(alert.id, alert.revision) for alert in bench.alerts()]
    assert [entry for entry, count in Counter(told).items() if count > 1] == []
    assert set(told) == expected
    assert len(expected) > 20, "the run must have had something to tell"
    assert recovered(bench) == states
