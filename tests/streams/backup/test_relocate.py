"""Offsets of the old log become places in the tail that the new one begins with."""

from __future__ import annotations

import pytest

from models.usefulness.cohorts import Lesson
from streams.backup.relocate import Tail, position_of, relocate
from streams.engine.scoring.lineups import Lineups
from streams.engine.state.pages import (
    RIVER,
    SCHEMA,
    ClockData,
    PageData,
    Seal,
    Unreadable,
    clock_key,
    page_key,
)
from streams.intake.clock import StreamClock

SEAL = Seal(bytes(32))
TAIL = Tail([100, 101, 103])
"""What a state at 99 has not seen; 102 was never there (a transaction's marker)."""


@pytest.mark.parametrize(
    ("offset", "place"), [(-1, -1), (7, -1), (99, -1), (100, 0), (102, 1), (103, 2), (500, 2)]
)
def test_a_page_has_seen_of_the_tail_what_it_had_seen_of_the_log(offset: int, place: int) -> None:
    page = PageData(SCHEMA, RIVER, {}, {}, [], [Lesson(offset, 3, True)])

    moved = relocate(SEAL, page_key(1, 2), SEAL.write(page_key(1, 2), offset, page), TAIL)
    stamp, data = SEAL.open(page_key(1, 2), moved, PageData)

    assert stamp == place
    assert [lesson.offset for lesson in data.lessons] == [place]


@pytest.mark.parametrize(("since", "place"), [(0, 0), (100, 0), (102, 2), (103, 2), (104, 3)])
def test_a_line_up_begins_with_the_same_record(since: int, place: int) -> None:
    own = ClockData(SCHEMA, RIVER, StreamClock(time=5), Lineups({"a": "2"}, since, {"a": "1"}))

    moved = relocate(SEAL, clock_key(1), SEAL.write(clock_key(1), 99, own), TAIL)
    stamp, data = SEAL.open(clock_key(1), moved, ClockData)

    assert (stamp, data.lineups) == (-1, Lineups({"a": "2"}, place, {"a": "1"}))
    assert data.clock == own.clock


def test_a_page_of_another_key_is_not_opened() -> None:
    page = SEAL.write(page_key(0, 1), 4, PageData(SCHEMA, RIVER, {}, {}, []))

    with pytest.raises(Unreadable, match="forged"):
        relocate(Seal(b"\1" * 32), page_key(0, 1), page, TAIL)


def test_a_partition_without_a_page_of_its_own_has_seen_nothing() -> None:
    assert position_of(SEAL, 0, {}) == -1
