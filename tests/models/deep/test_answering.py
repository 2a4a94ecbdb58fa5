"""Rows that a network fails on stay without an answer, and only those."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.deep.answering import Failure, answer
from models.deep.asks import Ask, Rows
from models.deep.networks import Networks
from tests.models.deep.hearts import sinus

GOOD, RAISES, NAN, INFINITE = 1.0, -1.0, -2.0, -3.0
KINDS = (GOOD, RAISES, NAN, INFINITE)


class Fragile:
    """Answers with twice the row, as long as every row is good."""

    runs = 0

    def run(self, name: str, rows: Rows) -> Rows:
        self.runs += 1
        if (rows == RAISES).any():
            raise RuntimeError(f"{name} has met {rows.tolist()}")
        answers = rows * 2
        answers[rows == NAN], answers[rows == INFINITE] = np.nan, np.inf
        return answers


def questions(kinds: Sequence[float], model: str = "fragile") -> list[Ask]:
    return [Ask(model, 0, 1, np.array([kind], np.float32)) for kind in kinds]


@given(st.lists(st.sampled_from(KINDS), max_size=40), st.integers(1, 40))
def test_what_is_answered_does_not_depend_on_what_else_is_asked(kinds: list[float], size: int) -> None:
    asks = questions(kinds)

    failures = [
        failure
        for start in range(0, len(asks), size)
        for failure in answer(asks[start : start + size], Fragile())
    ]

    assert [ask.answer is not None for ask in asks] == [kind == GOOD for kind in kinds]
    assert [ask.value for ask in asks if ask.answer is not None] == [2.0] * kinds.count(GOOD)
    assert sum(failure.rows for failure in failures) == len(kinds) - kinds.count(GOOD)


def test_one_bad_row_costs_few_runs() -> None:
    networks = Fragile()
    asks = questions([GOOD] * 700 + [RAISES] + [GOOD] * 323)

    assert answer(asks, networks) == [Failure("fragile", 1, "RuntimeError")]

    assert networks.runs == 21
    assert sum(ask.answer is None for ask in asks) == 1


def test_only_what_is_asked_for_must_be_finite() -> None:
    class Two:
        def run(self, name: str, rows: Rows) -> Rows:
            return np.array([[np.nan, 0.5]] * len(rows), np.float32)

    first, second, third = questions([GOOD] * 3)
    second.pick, third.pick = 1, 2

    failures = answer([first, second], Two()) + answer([third], Two())

    assert (first.answer, second.value, third.answer) == (None, 0.5, None)
    assert failures == [Failure("fragile", 1, "no finite number"), Failure("fragile", 1, "IndexError")]


@pytest.mark.parametrize("bad", [np.ones(59), np.ones((2, 60))])
def test_a_row_that_does_not_fit_leaves_the_others_their_very_answer(bad: Rows) -> None:
    networks, rows = Networks.only("rhythm"), sinus(40)
    asks = [Ask("rhythm", 0, 1, row) for row in rows]
    asks.insert(7, Ask("rhythm", 0, 1, bad.astype(np.float32)))

    assert answer(asks, networks) == [Failure("rhythm", 1, "ValueError")]

    answers = np.array([ask.value for ask in asks if ask.answer is not None], np.float32)
    assert np.array_equal(answers, networks.run("rhythm", rows))
