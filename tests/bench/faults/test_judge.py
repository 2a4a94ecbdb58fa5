"""What is lost, repeated or wrong is seen, and nothing else."""

from __future__ import annotations

import pytest

from bench.faults.judge import Fed, Outputs, answer, judge, output, parted

VALUES = list(range(1, 26))
TWO = [output("a", 10, 55), output("a", 20, 210)]
GOOD = Outputs(expected=2, lost=0, repeated=0, wrong=0)


@pytest.fixture
def fed() -> Fed:
    fed = Fed()
    fed.values["a"] += VALUES
    return fed


def test_an_undisturbed_run_lacks_nothing(fed: Fed) -> None:
    found = judge(fed, {"a": (25, 325)}, TWO, TWO)

    assert (found.records, found.lost, found.repeated, found.silent) == (25, 0, 0, 0)
    assert (found.valkey, found.kafka) == (GOOD, GOOD)


@pytest.mark.parametrize(
    ("count", "total", "lost", "repeated"), [(23, 300, 2, 0), (28, 400, 0, 3), (25, 326, 1, 1)]
)
def test_what_the_state_lacks_or_has_twice_is_counted(
    fed: Fed, count: int, total: int, lost: int, repeated: int
) -> None:
    found = judge(fed, {"a": (count, total)}, TWO, TWO)

    assert (found.lost, found.repeated) == (lost, repeated)


def test_a_key_without_an_answer_has_lost_all(fed: Fed) -> None:
    found = judge(fed, {}, TWO, TWO)

    assert (found.lost, found.silent) == (25, 1)


def test_an_output_that_never_came_is_lost(fed: Fed) -> None:
    assert judge(fed, {}, TWO[:1], TWO).valkey == Outputs(expected=2, lost=1, repeated=0, wrong=0)


def test_an_output_that_came_twice_is_repeated(fed: Fed) -> None:
    assert judge(fed, {}, TWO, [*TWO, TWO[0]]).kafka == Outputs(expected=2, lost=0, repeated=1, wrong=0)


def test_an_output_of_another_sum_is_wrong_and_not_lost(fed: Fed) -> None:
    told = [TWO[0], output("a", 20, 211), output("a", 30, 500)]

    assert judge(fed, {}, told, TWO).valkey == Outputs(expected=2, lost=0, repeated=0, wrong=2)


def test_answers_are_told_apart_from_outputs_and_the_last_one_counts() -> None:
    told = [answer("a", 1, 1), TWO[0], answer("a", 25, 325)]

    assert parted(told) == ([TWO[0]], {"a": (25, 325)})
