"""Regrouped pages: each wearer goes on as if it had always been in its new partition."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from msgspec.structs import replace

from models.usefulness.cohorts import CohortData
from models.usefulness.pooling import pooled
from streams.engine.state.pages import RIVER, SCHEMA, Seal, Unreadable, page_key
from streams.growing.place import place_among
from streams.growing.regroup import RawPage, latest, regroup
from streams.intake.clock import StreamClock
from streams.records import Alert
from tests.streams.engine.answers import answered, quick
from tests.streams.engine.shards import Raw, maker, messy
from tests.streams.growing.regrouping import Topology


def of_the_wearer(alerts: dict[tuple[str, int], Alert]) -> dict[tuple[str, int], Alert]:
    """Alerts but for what is their partition's: the record behind them, and the time of an answer."""
    return {key: replace(alert, source=None, updated=0) for key, alert in alerts.items()}


@pytest.mark.parametrize(("seed", "share"), [(3, 0.2), (5, 0.5), (12, 0.9)])
def test_states_and_alerts_are_those_of_partitions_that_never_grew(seed: int, share: float) -> None:
    """Answers do not teach here: what they taught is a partition's, and is pooled."""
    records, make = answered(seed), quick(learning="off")
    cut = int(share * len(records))
    never, before = Topology(make, 2), Topology(make, 2)

    expected = never.play(records)
    told = before.play(records[:cut])
    after = before.grown(5)
    told |= after.play(records[cut:])

    assert of_the_wearer(told) == of_the_wearer(expected)
    assert after.states() == never.states()
    assert sum(len(shard.book) > 0 for shard in after.shards.values()) > 2, "wearers must have parted"


@pytest.mark.parametrize("seed", [1, 2])
def test_nobody_is_lost_and_counts_stay_when_much_goes_wrong(seed: int) -> None:
    """Stream time is a partition's: with wrong clocks, late and silent wearers it need not be the same."""
    before = Topology(maker(), 2)
    before.play(messy(seed))

    after = before.grown(7)

    assert after.states() == before.states()
    assert counted(after) == counted(before)
    place = place_among(7)
    assert all(
        place(wearer.name.encode()) == number
        for number, shard in after.shards.items()
        for wearer in shard.book.wearers()
    )


def counted(topology: Topology) -> dict[str, int]:
    total: dict[str, int] = {}
    for shard in topology.shards.values():
        for outcome, count in shard.outcomes().items():
            total[outcome] = total.get(outcome, 0) + count
    return total


def test_alerts_that_wait_for_the_sink_wait_on() -> None:
    before = Topology(maker(), 2)
    before.play(answered(5))

    after = before.grown(5)

    assert waiting(after.shards.values()) == waiting(before.shards.values())
    assert len(waiting(after.shards.values())) > 20


def waiting(shards: Iterable[object]) -> set[tuple[str, int]]:
    return {(alert.id, alert.revision) for shard in shards for alert in shard.pending()}  # type: ignore[attr-defined]


def test_growing_twice_is_growing_once() -> None:
    records: list[Raw] = answered(5)
    once, twice = Topology(quick(), 2), Topology(quick(), 2)
    once.play(records[:900])
    twice.play(records[:900])

    assert twice.grown(3).grown(5).states() == once.grown(5).states()


def test_every_new_partition_knows_what_the_old_ones_learnt() -> None:
    before = Topology(quick(), 2)
    before.play(answered(5))

    after = before.grown(3)

    learnt = [shard.own.learning.data(shard.position) for shard in before.shards.values()]
    assert all(shard.own.learning.data(shard.position) == pooled(learnt) for shard in after.shards.values())
    assert pooled(learnt).answers


def test_weights_are_averaged_by_answers_and_counts_are_added() -> None:
    much = CohortData({"a": 400, "b": 8}, 40, {"x": 3}, {"40/f": (3, 7)}, {"x": [1, 2]})
    little = CohortData({"a": 80}, 0, {"x": 1, "y": 1}, {"60/m": (1, 2)}, {"y": [4]})

    assert pooled([much, little]) == CohortData(
        {"a": 320, "b": 6},
        30,
        {"x": 4, "y": 1},
        {"40/f": (3, 7), "60/m": (1, 2)},
        {"x": [1, 2], "y": [4]},
    )


def test_time_is_the_latest_that_is_settled() -> None:
    settled = StreamClock(time=1_000, settled=True, speaker="ann", run=3, others=900, claims=4)
    other = StreamClock(time=950, settled=True, speaker="bob", run=1, others=800)
    wild = StreamClock(time=9_999, speaker="cy", run=1)

    assert latest([other, settled, wild]) == StreamClock(1_000, True, "ann", 3, 950)
    assert latest([wild]) == StreamClock(9_999, False, "cy", 1)


def test_a_page_that_another_key_has_sealed_is_not_moved() -> None:
    seal, key = Seal(b"x" * 32), page_key(0, 7)
    forged = Seal(b"y" * 32).write(key, 3, RawPage(SCHEMA, RIVER))

    with pytest.raises(Unreadable, match="forged"):
        regroup(seal, 7, {0: forged}, place_among(5), [3, 3, -1, -1, -1])


def test_the_place_is_that_of_kafkas_own_partitioner() -> None:
    """Values of Java's `Utils.toPositive(Utils.murmur2(key)) % 5`."""
    place = place_among(5)
    assert [place(name) for name in (b"21", b"foobar", b"a-little-bit-long-string")] == [
        (-973932308 & 0x7FFFFFFF) % 5,
        (-790332482 & 0x7FFFFFFF) % 5,
        (-985981536 & 0x7FFFFFFF) % 5,
    ]
