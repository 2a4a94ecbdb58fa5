"""Answers in the log, workers that die in every order: what was learnt is as if nobody had ever died."""

from __future__ import annotations

import asyncio
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.records import Alert
from tests.streams.engine.answers import QUICK, answered, quick
from tests.streams.engine.scoring.test_swap_crash import some_life, wearers
from tests.streams.engine.shards import by_id, feed_all, stored
from tests.streams.engine.swaps import WANTED, Life, World, pure

SEEDS = (3, 5, 12)


def alerts_of(seed: int, **settings: object) -> dict[tuple[str, int], Alert]:
    shard = quick(**settings)(0, {})
    feed_all(shard, answered(seed))
    return by_id(shard.pending())


@pytest.mark.parametrize("seed", SEEDS)
def test_the_answers_of_these_tests_change_alerts(seed: int) -> None:
    learnt, without = alerts_of(seed), alerts_of(seed, learning="off")

    assert sum(alert.delayed_s > 0 for alert in learnt.values()) >= 2
    assert len(learnt) < len(without)
    assert {alert.usefulness for alert in without.values()} == {None}


async def history(seed: int, chance: int, lives: int) -> tuple[World, Life]:
    world = World(answered(seed), random.Random(chance), adaptation=QUICK)
    for _ in range(lives):
        await some_life(world)
    last = Life(world, world.rng.choice(WANTED))
    await last.finish()
    return world, last


@settings(max_examples=15, deadline=None)
@given(seed=st.sampled_from(SEEDS), chance=st.integers(0, 2**32), lives=st.integers(1, 12))
def test_crashes_between_answers_change_neither_alerts_nor_what_was_learnt(
    seed: int, chance: int, lives: int
) -> None:
    world, last = asyncio.run(history(seed, chance, lives))

    expected, alerts = pure(world)
    told = by_id(last.shard.pending()) | world.taken
    assert [key for key in {**told, **alerts} if told.get(key) != alerts.get(key)] == []
    last.partition.settle()
    assert wearers(last.shard) == wearers(expected)
    end = len(world.records)
    assert last.shard.own.learning.data(end) == expected.own.learning.data(end)
    assert sum(expected.own.learning.data(end).answers.values()) >= 10


def test_an_answer_that_is_the_last_record_counts_alike_here_and_for_the_next_worker() -> None:
    log = answered(3)
    shard, counts = quick()(0, {}), set[int]()
    pages: dict[bytes, bytes] = {}
    for at, record in enumerate(log):
        shard.take([record])
        if ("kind", b"feedback") in record.headers:
            here = shard.answered()
            pages |= stored(shard)
            assert here == quick()(0, pages).answered(), at
            counts.add(sum(count for count, _ in shard.answered().values()))

    assert len(counts) > 5
