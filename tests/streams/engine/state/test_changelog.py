from __future__ import annotations

import pytest

from streams.engine.state.changelog import Changelog
from tests.streams.engine.toy import stamp, stamped


@pytest.fixture
def known() -> Changelog:
    return Changelog(stamp)


def test_the_page_with_the_highest_stamp_is_kept_whatever_the_order(known: Changelog) -> None:
    for value in (stamped(5, b"old"), stamped(9, b"new"), stamped(7, b"zombie")):
        known.find(0, b"0/1", value)

    assert known.take(0) == {b"0/1": stamped(9, b"new")}


def test_a_tombstone_removes_a_page(known: Changelog) -> None:
    known.find(0, b"0/1", stamped(5, b"x"))
    known.find(0, b"0/1", None)

    assert known.take(0) == {}


def test_pages_are_given_by_partition_and_not_kept(known: Changelog) -> None:
    known.find(0, b"0/1", stamped(5, b"a"))
    known.find(3, b"3/1", stamped(5, b"b"))

    assert known.take(3) == {b"3/1": stamped(5, b"b")}
    assert known.take(3) == {}


def test_own_writes_are_no_intrusion_even_while_they_are_on_their_way(known: Changelog) -> None:
    known.read(0, 40)
    known.write(0)
    known.write(0)

    assert known.intruded({0: 41}) == []
    assert known.intruded({0: 42}) == []


def test_a_record_more_than_was_written_is_told_once(known: Changelog) -> None:
    known.read(0, 40)
    known.read(1, 7)
    known.write(0)

    assert known.intruded({0: 42, 1: 7}) == [0]
    assert known.intruded({0: 42, 1: 7}) == []


def test_an_older_page_found_behind_a_newer_one_is_told_at_the_first_look(known: Changelog) -> None:
    known.find(0, b"0/1", stamped(9, b"new"))
    known.find(0, b"0/1", stamped(7, b"zombie"))
    known.read(0, 2)
    known.write(0)

    assert known.intruded({0: 3}) == [0]
    assert known.intruded({0: 3}) == []


@pytest.mark.parametrize("mended", [stamped(9, b"new"), None])
def test_a_page_that_was_stored_again_or_removed_is_not_told_again(
    known: Changelog, mended: bytes | None
) -> None:
    for value in (stamped(9, b"new"), stamped(7, b"zombie"), mended):
        known.find(0, b"0/1", value)
    known.read(0, 3)

    assert known.intruded({0: 3}) == []


def test_who_has_a_partition_anew_knows_of_nothing_that_was_before(known: Changelog) -> None:
    known.read(0, 40)
    known.read(0, 90)

    assert known.intruded({0: 90}) == []


def test_a_partition_that_was_given_away_is_asked_for_no_longer(known: Changelog) -> None:
    known.read(0, 40)
    known.read(1, 40)
    known.forget(0)
    known.write(0)

    assert known.partitions == [1]
    assert known.intruded({0: 99}) == []
