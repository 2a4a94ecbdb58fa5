"""A partition's log with answers in it, and bounds so wide that few answers have an effect."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache

import msgspec

from models.usefulness.adaptation import Adaptation, load_adaptation
from streams.engine.scoring.shard import ShardMaker
from streams.records import Alert, Feedback
from tests.streams.engine.shards import Raw, control, maker, numbered, packet, raw

SHIPPED = load_adaptation()
QUICK: Adaptation = replace(
    SHIPPED,
    learning=replace(
        SHIPPED.learning,
        rate=0.1,
        own_answers=1,
        cohort_answers=1,
        loud_at=100.0,
        ended=1,
    ),
    delays={name: replace(delay, useful_counts_as=1.0) for name, delay in SHIPPED.delays.items()},
)
SHORT = "abc"
"""Wearers whose spells are short, and whose alerts people call useless."""


def quick(**settings: object) -> ShardMaker:
    """A factory of shards in which one answer has an effect."""
    plain = maker(**settings)
    return ShardMaker(plain.settings, plain.seal, plain.stock, plain.setting, adaptation=QUICK)


def feedback(alert: Alert, useful: bool | None, time: int, number: int = 0, **more: object) -> Raw:
    """An answer to an alert as the worker copies it into the partition."""
    said = Feedback(
        f"f{number}-{time}-{useful}",
        alert.wearer,
        alert.id,
        "answer",
        time,
        useful=useful,
        **more,  # type: ignore[arg-type]
    )
    return control("feedback", said)


@cache
def answered(seed: int) -> list[Raw]:
    """A log of short desaturations, most alerts answered soon, some twice or in vain."""
    rng = random.Random(seed)
    shard = quick()(0, {})
    log: list[Raw] = []
    due: list[tuple[int, Raw]] = []
    for record in _spells(rng):
        ready = [answer for at, answer in due if at <= len(log)]
        due = [(at, answer) for at, answer in due if at > len(log)]
        for said in [record, *ready]:
            log += numbered([said], len(log))
            for alert, _ in shard.take(log[-1:]).alerts:
                due += [(len(log) + rng.randint(1, 60), answer) for answer in _answers(rng, alert)]
    return log


def _spells(rng: random.Random) -> Iterator[Raw]:
    """Five hours of six wearers, a reading a minute; spells of 88 %, short ones of half of them."""
    until = dict.fromkeys("abcdef", 0)
    since = {name: rng.randint(2, 30) for name in until}
    for minute in range(300):
        for name in until:
            if minute == since[name]:
                until[name] = minute + (rng.randint(5, 12) if name in SHORT else rng.randint(12, 24))
                since[name] = until[name] + rng.randint(16, 40)
            yield raw(packet(minute, name, spo2=[88.0 if minute < until[name] else 97.0]))


def _answers(rng: random.Random, alert: Alert) -> Iterator[Raw]:
    if alert.status != "raised" or rng.random() < 0.1:
        return
    time = alert.updated + rng.randint(0, 600_000)
    yield feedback(alert, (alert.wearer not in SHORT) ^ (rng.random() < 0.1), time, 1)
    if rng.random() < 0.2:
        yield feedback(alert, rng.random() < 0.5, time + rng.randint(-60_000, 60_000), 2)
    if rng.random() < 0.1:
        yield feedback(msgspec.structs.replace(alert, id="0" * 24), False, time, 3)
