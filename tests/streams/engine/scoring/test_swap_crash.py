"""Networks are swapped and workers die, in every order: each record is judged by one line-up for ever."""

from __future__ import annotations

import asyncio
import random

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.engine.scoring.shard import WearerShard
from streams.engine.state.pages import page_key, page_of
from tests.streams.engine.shards import messy
from tests.streams.engine.swaps import WANTED, Life, World, pure

SEEDS = (3, 8, 12, 25)


def wearers(shard: WearerShard) -> dict[bytes, bytes]:
    """Every wearer's page of a shard that has nothing left to send, all of it stored."""
    shard.settle(shard.pending())
    shard.own.confirm(shard.encode_clock()[1])
    names = {page_key(0, page_of(wearer.name.encode())) for wearer in shard.book.wearers()}
    return {key: shard.encode(key) for key in sorted(names)}


async def some_life(world: World) -> None:
    """A worker does this and that, then dies or hands over."""
    rng = world.rng
    life = Life(world, rng.choice(WANTED))
    actions = [
        life.read, life.read, life.read, life.answer, life.answer, life.answer, life.answer,
        life.produce, life.produce, life.checkpoint, life.switch, life.want,
    ]  # fmt: skip
    for _ in range(rng.randint(0, 60)):
        await life.step(rng.choice(actions))
    if rng.random() < 0.15:
        await life.step(lambda: life.read(left_in_the_middle=True))
    if rng.random() < 0.75:
        await life.die()
    else:
        await life.hand_over()


async def history(seed: int, chance: int, lives: int) -> tuple[World, Life]:
    world = World(messy(seed), random.Random(chance))
    for _ in range(lives):
        await some_life(world)
    last = Life(world, world.rng.choice(WANTED))
    await last.finish()
    return world, last


@settings(max_examples=15, deadline=None)
@given(seed=st.sampled_from(SEEDS), chance=st.integers(0, 2**32), lives=st.integers(1, 12))
def test_swaps_and_crashes_in_any_order_lose_and_repeat_nothing(seed: int, chance: int, lives: int) -> None:
    world, last = asyncio.run(history(seed, chance, lives))

    expected, alerts = pure(world)
    told = {(alert.id, alert.revision): alert for alert in last.shard.pending()} | world.taken
    assert told.keys() == alerts.keys()
    assert [key for key in alerts if told[key] != alerts[key]] == []
    last.partition.settle()
    assert wearers(last.shard) == wearers(expected)
    assert last.shard.own.clock == expected.own.clock
    assert last.shard.own.learning.data(len(world.records)) == expected.own.learning.data(len(world.records))
    assert last.shard.own.lineups.current == last.stock.lineup, "in the end what is wanted judges"
