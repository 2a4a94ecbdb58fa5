"""A partition that crashed and came back is the partition that never crashed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from streams.engine.scoring.shard import WearerShard
from streams.engine.state.pages import clock_key, page_key, page_of, stamp_of
from streams.records import Alert, Profile
from tests.streams.engine.shards import (
    Raw,
    by_id,
    chunks,
    control,
    feed,
    feed_all,
    maker,
    messy,
    numbered,
    packet,
    raw,
    simulated,
)

SEEDS = (3, 5, 8, 12, 25)
"""Streams with alerts of many conditions between them."""


@dataclass
class Broker:
    """What outlives a crash: stored pages, the committed offset, and alerts that the sink took."""

    rng: random.Random
    pages: dict[bytes, bytes] = field(default_factory=dict)
    committed: int = 0
    taken: dict[tuple[str, int], Alert] = field(default_factory=dict)

    def store(self, key: bytes, value: bytes) -> None:
        if stamp_of(value) >= stamp_of(self.pages.get(key, b"")):
            self.pages[key] = value

    def life(self, records: list[Raw], until: int) -> WearerShard:
        """Recover, work on to `until` with checkpoints in slices, and die there in the middle of anything."""
        shard = maker()(0, dict(self.pages))
        self._send(shard.pending(), shard)
        begin = max(self.committed - self.rng.choice((0, 0, 7)), 0)
        writing: list[bytes] = []
        clock: tuple[bytes, bytes] | None = None
        position = -1
        for chunk in chunks(records[begin:until], self._sizes()):
            self._send([alert for alert, _ in feed(shard, chunk).alerts], shard)
            if clock is None and self.rng.random() < 0.3:
                writing, clock, position = shard.dirty(), shard.encode_clock(), shard.position
            for key in [writing.pop() for _ in range(min(self.rng.randint(0, 3), len(writing)))]:
                self.store(key, shard.encode(key))
            if clock is not None and not writing and self.rng.random() < 0.7:
                self.store(*clock)
                self.committed, clock = position + 1, None
        self._lose(shard, writing)
        return shard

    def _lose(self, shard: WearerShard, writing: list[bytes]) -> None:
        """Of the pages on their way some arrive."""
        for key in writing:
            if self.rng.random() < 0.5:
                self.store(key, shard.encode(key))

    def _send(self, alerts: list[Alert], shard: WearerShard) -> None:
        """The sink takes some alerts now; the others wait in their pages or die with the worker."""
        took = [alert for alert in alerts if self.rng.random() < 0.5]
        for alert in took:
            key = (alert.id, alert.revision)
            assert self.taken.setdefault(key, alert) == alert, "one revision, two contents"
        shard.settle(took)

    def _sizes(self) -> Iterator[int]:
        while True:
            yield self.rng.randint(1, 60)


def whole(records: list[Raw]) -> WearerShard:
    shard = maker()(0, {})
    feed_all(shard, records)
    return shard


def state(shard: WearerShard) -> dict[bytes, bytes]:
    """Every page of a shard that has nothing left to send, all of it stored."""
    shard.settle(shard.pending())
    shard.own.confirm(shard.encode_clock()[1])
    keys = {page_key(0, page_of(wearer.name.encode())) for wearer in shard.book.wearers()}
    return {key: shard.encode(key) for key in sorted(keys)} | dict([shard.encode_clock()])


def differing(one: Mapping[Any, Any], other: Mapping[Any, Any]) -> list[Any]:
    """Keys under which the two hold different things."""
    return [key for key in {**one, **other} if one.get(key) != other.get(key)]


@pytest.fixture(scope="module")
def uninterrupted() -> dict[int, tuple[dict[bytes, bytes], dict[tuple[str, int], Alert]]]:
    ends = {}
    for seed in SEEDS:
        shard = whole(messy(seed))
        alerts = by_id(shard.pending())
        ends[seed] = state(shard), alerts
    return ends


def test_the_stream_of_these_tests_has_alerts_of_many_conditions(uninterrupted):
    conditions = {alert.condition for _, alerts in uninterrupted.values() for alert in alerts.values()}

    assert len(conditions) >= 5


@settings(max_examples=15, deadline=None)
@given(
    seed=st.sampled_from(SEEDS),
    chance=st.integers(0, 2**32),
    crashes=st.lists(st.floats(0, 1), min_size=1, max_size=3),
)
def test_crashes_change_neither_state_nor_alerts(uninterrupted, seed, chance, crashes):
    records = messy(seed)
    broker = Broker(random.Random(chance))

    for point in sorted(crashes):
        broker.life(records, int(point * len(records)))
    last = broker.life(records, len(records))

    pages, alerts = uninterrupted[seed]
    assert differing(by_id(last.pending()) | broker.taken, alerts) == []
    assert differing(state(last), pages) == []


def test_a_crash_before_the_first_checkpoint_loses_nothing(uninterrupted):
    records = messy(5)
    feed_all(maker()(0, {}), records[:300])

    again = maker()(0, {})
    feed_all(again, records, size=17)

    assert differing(state(again), uninterrupted[5][0]) == []


def test_records_handed_over_again_change_nothing():
    records = messy(8)
    shard = whole(records)
    before = state(shard)

    effects = feed_all(shard, records)

    assert (effects.alerts, effects.dead_letters, effects.outcomes) == ([], [], {})
    assert differing(state(shard), before) == []


def test_a_page_ahead_of_its_clock_takes_no_record_twice():
    """As after a crash between the pages and the clock of a checkpoint."""
    records = numbered(raw(packet) for packet in simulated(5)[:300])
    shard = whole(records)
    pages = {key: value for key, value in state(shard).items() if key != clock_key(0)}

    again = maker()(0, pages)
    assert again.position == -1
    effects = feed_all(again, records)

    assert effects.outcomes == {}
    assert differing(state(again), state(shard)) == []


@settings(max_examples=8, deadline=None)
@given(sizes=st.lists(st.integers(1, 200), min_size=1, max_size=9))
def test_the_size_of_chunks_changes_nothing(uninterrupted, sizes):
    records = messy(8)
    shard = maker()(0, {})
    turn = (sizes[i % len(sizes)] for i in range(len(records)))

    for chunk in chunks(records, turn):
        feed(shard, chunk)

    pages, alerts = uninterrupted[8]
    assert differing(by_id(shard.pending()), alerts) == []
    assert differing(state(shard), pages) == []


def test_the_same_packets_give_the_same_alerts_twice():
    first, second = whole(messy(8)), whole(messy(8))

    assert [(a.id, a.revision) for a in first.pending()]
    assert first.pending() == second.pending()


def test_a_profile_does_not_reach_back_to_packets_before_it_in_its_chunk():
    """On oxygen scale 2 the edges of desaturation are lower: 88 % is no finding there."""
    low = [raw(packet(minute, spo2=[88.0] * 6)) for minute in range(6)]
    records = numbered([*low, control("profile", Profile("ann", oxygen_scale=2))])
    at_once, one_by_one = maker()(0, {}), maker()(0, {})

    feed_all(at_once, records, size=100)
    feed_all(one_by_one, records, size=1)

    assert [alert.condition for alert in at_once.pending()] == ["desaturation"]
    assert at_once.pending() == one_by_one.pending()
