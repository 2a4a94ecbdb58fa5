"""The cores that stories are told with: the toy, for many steps, and the product's own."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from functools import cache
from typing import Any, cast

from streams.engine.contracts import Shard, ShardFactory
from streams.engine.scoring.shard import WearerShard
from streams.engine.state.pages import page_key, page_of, stamp_of
from tests.simulation.story import Cast, Truth
from tests.streams.engine.answers import feedback, quick
from tests.streams.engine.shards import Raw, by_id, messy, numbered
from tests.streams.engine.toy import ToyFactory, ToyShard, stamp

PARTITIONS = 3


@cache
def toy(records: int = 1500) -> Cast:
    """Sums and counts by key; whatever is taken twice, left out or stored in between shows."""
    rng = random.Random(records)
    logs = {number: _numbers(rng, number, records) for number in range(PARTITIONS)}
    factory = cast("ShardFactory", ToyFactory())
    truth = {number: _toy_truth(number, log) for number, log in logs.items()}
    return Cast(logs, factory, stamp, _toy_state, truth)


def _numbers(rng: random.Random, number: int, count: int) -> list[Raw]:
    keys = [f"w{number}-{i}" for i in range(12)]
    values = (b"%d" % rng.randrange(100) if rng.random() > 0.01 else b"x%d" % i for i in range(count))
    return [Raw(rng.choice(keys).encode(), value, offset, offset) for offset, value in enumerate(values)]


def _toy_truth(number: int, log: list[Raw]) -> Truth:
    shard = ToyShard(number, {})
    alerts, letters = {}, set[bytes | None]()
    for record in log:
        work = shard.observe([record])
        ToyFactory().infer([work])
        shard.decide(work)
        shard.explain(work)
        effects = shard.finish(work)
        alerts.update({(alert.id, alert.revision): alert for alert, _ in effects.alerts})
        letters.update(letter.value for letter in effects.dead_letters)
    return Truth(alerts, _toy_state(cast("Shard", shard)), frozenset(letters))


def _toy_state(shard: Shard) -> object:
    shard.settle(shard.pending())
    toy_shard = cast("Any", shard)
    return {number: json.dumps(page.keys, sort_keys=True) for number, page in toy_shard._pages.items()}


@cache
def real(seeds: tuple[int, ...] = (17, 12, 8)) -> Cast:
    """Decoding, windows, own normal, rules, policy and pages as they ship; answers, each of which teaches."""
    factory = quick()
    logs = {number: _talked(factory, number, _own(number, messy(seed))) for number, seed in enumerate(seeds)}
    truth = {number: _real_truth(factory, number, log) for number, log in logs.items()}
    return Cast(logs, factory, stamp_of, _real_state, truth)


def _own(number: int, records: list[Raw]) -> list[Raw]:
    """The same people in another partition are others: their alerts must not be the same."""
    name = b"p%d-sim" % number
    return [replace(r, key=_renamed(r.key, name), value=_renamed(r.value, name)) for r in records]


def _renamed(part: bytes | None, name: bytes) -> bytes | None:
    return part and part.replace(b"sim", name)


def _talked(factory: Any, number: int, records: list[Raw]) -> list[Raw]:
    """People answer some alerts where they come; one answer in four is there twice, as after a crash."""
    rng, shard, log = random.Random(number), factory(number, {}), list[Raw]()
    left = records[::-1]
    while left:
        log += numbered([left.pop()], len(log))
        for alert, _ in shard.take(log[-1:]).alerts:
            if alert.status == "raised" and rng.random() < 0.7:
                said = feedback(alert, rng.random() < 0.5, alert.updated)
                left += [said] * rng.choice((1, 1, 1, 2))
    return log


def _real_truth(factory: Any, number: int, log: list[Raw]) -> Truth:
    shard: WearerShard = factory(number, {})
    alerts, letters = {}, set[bytes | None]()
    for start in range(0, len(log), 50):
        effects = shard.take(log[start : start + 50])
        alerts.update(by_id(alert for alert, _ in effects.alerts))
        letters.update(letter.value for letter in effects.dead_letters)
    return Truth(alerts, _real_state(shard), frozenset(letters))


def _real_state(shard: Shard) -> object:
    found = cast("WearerShard", shard)
    found.settle(found.pending())
    found.own.confirm(found.encode_clock()[1])
    keys = {page_key(found.partition, page_of(w.name.encode())) for w in found.book.wearers()}
    return {key: found.encode(key) for key in sorted(keys)}, found.own.clock, found.answered()
