"""What networks foretold against what came."""

from __future__ import annotations

import numpy as np
import pytest

from models.deep.asks import Ask
from models.deep.glucose import OUTPUTS, STEPS
from streams.engine.scoring.truths import HOUR_MS, STEP_MS, Truths, came_low
from streams.records import Feedback
from tests.exporters.examples import ONSET, alert

P_LOW = OUTPUTS.index("p_low")


class Came(list[tuple[str, str, float, bool]]):
    """Metrics that remember."""

    def came_out(self, model: str, truth: str, probability: float, true: bool) -> None:
        self.append((model, truth, round(probability, 3), true))


def ask(step: int, probability: float, *newest: float) -> Ask:
    """A question at a step of 15 minutes, whose newest readings are these."""
    row = np.full((STEPS, 3), 120.0, np.float32)
    if newest:
        row[-len(newest) :, 0] = newest
    answer = np.full(len(OUTPUTS), probability, np.float32)
    time = ONSET + step * STEP_MS
    return Ask("glucose", time, time + HOUR_MS, row, P_LOW, answer=answer)


def followed(*asks: Ask) -> Came:
    came = Came()
    truths = Truths(came)
    for one in asks:
        truths._low("ann", one)
    return came


def test_a_low_within_the_hour_came_true() -> None:
    came = followed(ask(0, 0.6), ask(4, 0.1, 100.0, 69.0, 90.0, 95.0))

    assert came == [("glucose", "readings", 0.6, True)]


def test_a_low_after_the_hour_did_not() -> None:
    came = followed(ask(0, 0.6), ask(5, 0.1, 100.0, 90.0, 90.0, 95.0, 60.0))

    assert came == [("glucose", "readings", 0.6, False)]


def test_the_reading_at_the_question_itself_was_known_already() -> None:
    came = followed(ask(0, 0.6), ask(4, 0.1, 60.0, 80.0, 90.0, 90.0, 95.0))

    assert came == [("glucose", "readings", 0.6, False)]


def test_an_hour_that_was_not_measured_tells_nothing() -> None:
    came = followed(ask(0, 0.6), ask(4, 0.1, 100.0, float("nan"), 90.0, 95.0))

    assert came == []


def test_each_question_is_judged_once() -> None:
    came = followed(*(ask(step, 0.2) for step in range(7)))

    assert len(came) == 3


@pytest.mark.parametrize("steps", [STEPS, STEPS + 40])
def test_an_hour_before_the_row_is_not_known(steps: int) -> None:
    assert came_low(ask(0, 0.5), steps) is None


def test_an_alert_that_people_call_true_is_a_case() -> None:
    came = Came()
    truths = Truths(came)
    raised = alert(probability=0.9, models={"rhythm": "2.0.0"})

    truths.told(raised)
    for true in (True, False):
        truths.said(Feedback("f1", raised.wearer, raised.id, "answer", ONSET, true_alarm=true))

    assert came == [("rhythm", "answers", 0.9, True)]


def test_who_says_nothing_of_truth_is_no_case() -> None:
    came = Came()
    truths = Truths(came)
    raised = alert(probability=0.9)

    truths.told(raised)
    truths.said(Feedback("f1", raised.wearer, raised.id, "answer", ONSET, useful=True))

    assert came == []
