"""A worker starts only on state that is whole and of the present number of partitions."""

from __future__ import annotations

import pytest

from streams.engine.state.generation import Move, Phase, choose
from streams.errors import UserError

VITALS = {"vitals": 4}


def move(phase: Phase, partitions: int = 5, previous: int = 2) -> Move:
    return Move(partitions, previous, "app-state-changelog", phase, {})


def test_a_system_that_never_grew_has_one_table() -> None:
    assert choose("app", 4, VITALS, None) == "state"
    assert choose("app", 4, {**VITALS, "app-state-changelog": 4}, None) == "state"


def test_a_grown_one_has_a_table_of_that_number() -> None:
    assert choose("app", 5, {"app-state-5-changelog": 5, "app-generations": 1}, move("moved")) == "state-5"


@pytest.mark.parametrize("phase", ["moving", "splitting"])
def test_a_growth_that_has_not_ended_is_to_be_run_again(phase: Phase) -> None:
    with pytest.raises(UserError, match=r"run `vitalstream grow --partitions 5` again, then start workers"):
        choose("app", 2, {"app-state-changelog": 2}, move(phase))


def test_partitions_that_somebody_else_added_are_refused() -> None:
    with pytest.raises(UserError, match="stored state is of 4 partitions and the topics have 6"):
        choose("app", 6, {"vitals": 6, "app-state-changelog": 4}, None)
    with pytest.raises(UserError, match="stored state is of 5 partitions and the topics have 6"):
        choose("app", 6, {"vitals": 6, "app-state-5-changelog": 5}, move("moved"))


def test_without_its_journal_a_grown_one_is_refused_and_other_apps_do_not_count() -> None:
    with pytest.raises(UserError, match="topic app-generations is gone"):
        choose("app", 5, {"vitals": 5, "app-state-5-changelog": 5}, None)
    assert choose("app", 5, {"vitals": 5, "app-two-state-5-changelog": 5}, None) == "state"
