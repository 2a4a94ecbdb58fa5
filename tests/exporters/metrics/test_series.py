"""A worker's series stay few however many wearers it has, and none of them names anybody."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator
from itertools import islice

import pytest
from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from exporters.metrics.worker import WorkerMetrics
from models.deep.networks import Networks
from models.personal import load_setting
from streams.engine.bus.produce import EffectProducer, Headers
from streams.engine.scoring.metered import MeteredNetworks
from streams.engine.scoring.shard import ShardMaker, WearerShard
from streams.engine.scoring.stock import Fixed
from streams.engine.state.pages import Seal
from streams.engine.state.partitions import Partition, Partitions
from streams.engine.watching.census import Census
from streams.records import Consent, Profile, VitalsPacket
from streams.settings import Settings
from tests.streams.engine.shards import SECRET, Raw, control, numbered, packet, raw

pytestmark = pytest.mark.timeout(900)
WEARERS = 10_000
MOST_SERIES = 2_000
PARTITIONS = 4
CHUNK = 256
TALKATIVE, LONG = 100, 45
"""One of so many wearers is heard for so many minutes, so that their own usual foretells."""
NOT_BELIEVED = 100
"""Packets of the next day that come before it is clear that no clock is wrong."""
DAY = 24 * 60
BORN = (1930, 1950, 1970, 1990, 2015, None)
SEXES = ("female", "male", "other", None)


class Log:
    """A producer whose broker takes everything."""

    def __init__(self) -> None:
        self.sent = 0

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: Headers | None,
    ) -> asyncio.Future[object]:
        self.sent += 1
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        answer.set_result(None)
        return answer


class Worker:
    """The real core and the real metrics of a worker; no Kafka."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self.metrics = WorkerMetrics(self.registry)
        networks, setting = Networks.load(), load_setting()
        self.metrics.build(networks.versions, setting.policy.digest)
        stock = MeteredNetworks(Fixed(networks, networks.versions), self.metrics)
        self.make = ShardMaker(
            Settings(), Seal(SECRET), stock, setting, self.metrics.cold_start, on_model_error=stock.failed
        )
        self.partitions = Partitions(self.make, lambda number: {}, lambda partition: None)
        self.effects = EffectProducer(Log, self.metrics)

    async def take(self, number: int, records: list[Raw]) -> None:
        partition = self.partitions.find(number) or self.partitions.keep(number, self.make(number, {}))
        assert isinstance(partition.shard, WearerShard)
        for start in range(0, len(records), CHUNK):
            effects = partition.shard.take(records[start : start + CHUNK])
            await self.effects.send(partition, effects)
            for alert, log_ms in effects.alerts:
                self.metrics.alert_taken(log_ms, log_ms / 1000 + 0.05)
                partition.taken.append(alert)
            partition.settle()
            self.metrics.chunk(CHUNK, 0.01)
        await self.report(partition)

    async def report(self, partition: Partition) -> None:
        number, shard = partition.number, partition.shard
        assert isinstance(shard, WearerShard)
        size = sum(len(shard.encode(key)) for key in shard.dirty())
        self.metrics.checkpoint(number, 1, size, 0.1)
        self.metrics.state_bytes(number, shard.stored_bytes)
        self.metrics.wearers(number, shard.wearers)
        self.metrics.lag(number, 0)
        self.metrics.committed(number, shard.position + 1)
        self.metrics.pending_alerts(number, 0)
        self.metrics.answered(number, shard.answered())
        self.metrics.stream_time(number, shard.stream_time, shard.oldest_heard)
        await Census(self.partitions, 1_800_000, self.metrics).count(partition)

    def text(self) -> str:
        return generate_latest(self.registry).decode()

    def total(self, name: str, **labels: str) -> float:
        """All samples of a name whose labels include these, added up."""
        return sum(
            sample.value
            for family in self.registry.collect()
            for sample in family.samples
            if sample.name == f"vitalstream_{name}" and labels.items() <= sample.labels.items()
        )


def names(partition: int) -> Iterator[str]:
    return (f"wearer-{number}" for number in range(partition, WEARERS, PARTITIONS))


def life_of_all(partition: int) -> list[Raw]:
    """Profiles of all sorts, some minutes of everybody with crises and faults, a day apart."""
    rng, records = random.Random(partition), list[Raw]()
    for name in names(partition):
        born, sex = rng.choice(BORN), rng.choice(SEXES)
        profile = Profile(name, birth_year=born, sex=sex, consent=Consent("given"))  # type: ignore[arg-type]
        records.append(control("profile", profile))
    for minute in (0, *range(1, LONG), DAY):
        some = 1 if minute in (0, DAY) else TALKATIVE
        for name in islice(names(partition), None, None, some):
            records.append(raw(_minute(rng, name, minute)))
        records.append(Raw(b"x", b"{not json"))
    return numbered(records)


def _minute(rng: random.Random, name: str, minute: int) -> VitalsPacket:
    crisis = rng.random() < 0.05
    vitals = {
        "hr": [rng.gauss(70, 3)] * 6,
        "spo2": [97.0] * 4 + [rng.choice((97.0, 20.0))] * 2,
        "rr": [15.0] * 6,
        "temp": [36.6],
        "sbp": [190.0 if crisis else 120.0],
        "dbp": [125.0 if crisis else 80.0],
        "glucose": [50.0 if crisis else 100.0],
        "steps": [0.0],
    }
    return packet(minute, name, f"device-of-{name}", **vitals)


@pytest.fixture(scope="module")
def run() -> Worker:
    """A worker that has seen 10,000 wearers for some minutes of two days."""
    worker = Worker()

    async def everybody() -> None:
        for number in range(PARTITIONS):
            await worker.take(number, life_of_all(number))

    asyncio.run(everybody())
    return worker


def test_ten_thousand_wearers_hold_two_thousand_series_at_most(run: Worker) -> None:
    series = [
        sample
        for family in text_string_to_metric_families(run.text())
        for sample in family.samples
        if not sample.name.endswith("_created")
    ]

    assert run.total("wearers") == WEARERS
    assert run.total("packets_total", outcome="scored") >= 2 * WEARERS - NOT_BELIEVED
    assert len(series) <= MOST_SERIES


def test_no_series_names_a_wearer_a_device_or_an_alert(run: Worker) -> None:
    text = "\n".join(line for line in run.text().splitlines() if not line.startswith("#"))

    assert "wearer-" not in text
    assert "device-of" not in text
    alerts = [alert.id for p in run.partitions for alert in p.shard.pending()]
    assert not [alert for alert in alerts if alert in text]


def test_what_the_core_finds_is_in_the_metrics(run: Worker) -> None:
    assert run.total("alerts_total", status="raised") > 0
    assert run.total("signal_windows_total", signal="hr", verdict="good") > WEARERS
    assert run.total("signal_windows_total", signal="spo2", verdict="partly") > 0
    assert run.total("wearer_day_alerts_count", priority="any") >= WEARERS - NOT_BELIEVED
    assert run.total("wearer_day_alerts_sum", priority="any") > 0
    assert run.total("devices") == WEARERS
    assert run.total("state_bytes") > WEARERS
    assert run.total("dead_letters_total", reason="undecodable") == (LONG + 1) * PARTITIONS
    assert run.total("model_batch_rows_count") > 0
    assert run.total("own_normal_foretold_total") > 0
    assert run.total("build_info") == 1


def test_silence_shows_in_the_metrics() -> None:
    worker = Worker()
    records = [raw(packet(minute, "ann", hr=[70.0])) for minute in range(3)]
    records += [raw(packet(120 + minute, "bo", hr=[70.0])) for minute in range(3)]

    asyncio.run(worker.take(0, numbered(records)))

    assert worker.total("stale_wearers") == 1
    assert (worker.total("devices"), worker.total("stale_devices")) == (2, 1)
