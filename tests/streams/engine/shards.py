"""A partition in memory: records as Kafka hands them over, streams of all sorts, and a plain runner."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.personal import load_setting
from streams.engine.contracts import Effects
from streams.engine.scoring.shard import ShardMaker, WearerShard
from streams.engine.scoring.stock import Fixed
from streams.engine.state.pages import Seal
from streams.gateways.simulator import Rates, Simulation
from streams.records import Alert, Column, Consent, Feedback, Profile, Tick, VitalsPacket
from streams.settings import Settings

SECRET = b"k" * 32
MINUTE = 60_000
START = 1_767_592_800_000
"""2026-01-05T06:00:00Z."""
SETTING = load_setting()
POLICY = SETTING.policy
BUSY = Rates(
    episode_hours=1.5, warmup_hours=0.5, spacing_minutes=30, contact_per_day=24, flat_per_day=12,
    sync_gap_per_day=12, clock_per_day=6, late=0.02, duplicate=0.02,
)  # fmt: skip
"""Much goes wrong in few hours."""


@dataclass(frozen=True, slots=True)
class Raw:
    """A record as fetched."""

    key: bytes | None
    value: bytes | None
    offset: int = 0
    timestamp: int = 0
    headers: Sequence[tuple[str, bytes]] = ()


class Irregularity:
    """Runs no network: takes the mean step between neighbouring intervals for the probability of AF."""

    def run(self, name: str, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        assert name == "rhythm"
        assert rows.shape[1] == 60
        step = np.abs(np.diff(rows)).mean(axis=1) / rows.mean(axis=1)
        return (1 / (1 + np.exp((0.12 - step) * 60))).astype(np.float32)


def maker(on_cold_start: Callable[[str], None] = lambda reason: None, **settings: Any) -> ShardMaker:
    """A factory of shards with these settings."""
    stock = Fixed(Irregularity(), {"rhythm": "test"})
    return ShardMaker(Settings(**settings), Seal(SECRET), stock, replace(SETTING), on_cold_start)


def packet(
    minute: int, wearer: str = "ann", device: str = "watch", seq: int | None = None, **signals: list[float]
) -> VitalsPacket:
    """A minute of a device: each signal's values spread evenly over it."""
    start = START + minute * MINUTE
    columns = {name: Column(start, values, MINUTE // len(values)) for name, values in signals.items()}
    return VitalsPacket(wearer, device, minute if seq is None else seq, columns)


def raw(packet: VitalsPacket) -> Raw:
    """A packet as its gateway writes it."""
    return Raw(packet.wearer.encode(), msgspec.json.encode(packet))


def control(kind: str, record: Profile | Feedback | Tick, key: str = "") -> Raw:
    """A control record as the worker copies it into the partition."""
    wearer = getattr(record, "wearer", key)
    return Raw(wearer.encode(), msgspec.json.encode(record), headers=[("kind", kind.encode())])


def numbered(records: Iterable[Raw], first: int = 0) -> list[Raw]:
    """Records with offsets and log times."""
    return [
        replace(record, offset=offset, timestamp=1_700_000_000_000 + offset)
        for offset, record in enumerate(records, first)
    ]


@cache
def simulated(
    seed: int = 5, wearers: int = 5, hours: float = 2.0, rates: Rates = BUSY
) -> tuple[VitalsPacket, ...]:
    """Packets of simulated wearers in order of arrival."""
    return tuple(timed.packet for timed in Simulation(seed, wearers, hours, rates=rates).packets())


@cache
def messy(seed: int) -> list[Raw]:
    """A partition's records: packets, resent and garbled ones, profiles, ticks, silence, wrong clocks."""
    rng = random.Random(seed)
    packets = simulated(seed)
    quiet = packets[0].wearer
    # A stream can begin with a clock that is wrong by a day, before there is anything to judge it by.
    records = [raw(packet(24 * 60, quiet, "ring", hr=[60.0]))] if seed % 2 else []
    for i, sent in enumerate(packets):
        if sent.wearer == quiet and len(packets) // 4 < i < len(packets) * 3 // 4:
            continue
        records.append(raw(sent))
        records.extend(_beside(rng, records, sent))
    return numbered(records)


def _beside(rng: random.Random, records: list[Raw], packet: VitalsPacket) -> Iterator[Raw]:
    chance = rng.random()
    if chance < 0.01:
        yield rng.choice(records[-40:])
    elif chance < 0.02:
        yield replace(records[-1], value=records[-1].value and records[-1].value[:-3])
    elif chance < 0.03:
        status = rng.choice(("given", "given", "refused", "unknown"))
        scale = rng.choice((1, 2))
        yield control("profile", Profile(packet.wearer, consent=Consent(status), oxygen_scale=scale))  # type: ignore[arg-type]
    elif chance < 0.04:
        yield control("tick", Tick(max(column.start for column in packet.signals.values())), packet.wearer)


def chunks(records: Sequence[Raw], sizes: Iterator[int]) -> Iterator[Sequence[Raw]]:
    """Cut records into chunks of these sizes."""
    start = 0
    while start < len(records):
        size = next(sizes)
        yield records[start : start + size]
        start += size


def feed(shard: WearerShard, chunk: Sequence[Raw]) -> Effects:
    """Take one chunk all the way."""
    return shard.take(chunk)


def feed_all(shard: WearerShard, records: Sequence[Raw], size: int = 50) -> Effects:
    """Take all records, `size` at a time; gives their effects as one."""
    total = Effects()
    for start in range(0, len(records), size):
        effects = feed(shard, records[start : start + size])
        total.alerts += effects.alerts
        total.risks += effects.risks
        total.dead_letters += effects.dead_letters
        for outcome, count in effects.outcomes.items():
            total.outcomes[outcome] = total.outcomes.get(outcome, 0) + count
    return total


def by_id(alerts: Iterable[Alert]) -> dict[tuple[str, int], Alert]:
    """Alerts as the sink knows them."""
    return {(alert.id, alert.revision): alert for alert in alerts}


def stored(shard: WearerShard) -> dict[bytes, bytes]:
    """Everything a checkpoint of all changed pages would store."""
    pages = {key: shard.encode(key) for key in shard.dirty()}
    key, value = shard.encode_clock()
    return pages | {key: value}
