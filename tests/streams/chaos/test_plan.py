"""The plan rests on the seed alone, and every fault that is named can be done."""

from __future__ import annotations

import pytest

from streams.chaos.plan import EARLIEST_S, FAULTS, LATEST_S, chosen, rounds
from streams.chaos.run import INJECT


def test_the_same_seed_gives_the_same_rounds_whatever_else_is_tried() -> None:
    [fault] = chosen(["broker-kill"])
    some, more = list(rounds(fault, 3, seed=7)), list(rounds(fault, 5, seed=7))

    assert more[:3] == some
    assert [one.chance.random() for one in some] == [one.chance.random() for one in more[:3]]
    assert len({one.wait_s for one in more}) == 5
    assert all(EARLIEST_S <= one.wait_s <= LATEST_S for one in more)
    assert list(rounds(fault, 3, seed=8)) != some


def test_every_fault_has_its_way() -> None:
    assert {fault.name for fault in FAULTS} == INJECT.keys()


def test_all_are_tried_if_none_is_named() -> None:
    assert chosen([]) == list(FAULTS)


def test_a_fault_that_there_is_not_is_told() -> None:
    with pytest.raises(KeyError, match="earthquake"):
        chosen(["earthquake"])
