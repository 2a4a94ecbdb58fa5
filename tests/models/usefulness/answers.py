"""Answers to alerts, for tests of what they teach."""

from __future__ import annotations

from models.usefulness.adaptation import Adaptation, load_adaptation
from models.usefulness.cohorts import Cohorts
from models.usefulness.counsel import Counsel, Mode
from models.usefulness.situation import Situation
from models.usefulness.taught import Taught
from streams.records import Feedback

ADAPTATION: Adaptation = load_adaptation()
START = 1_767_592_800_000
MINUTE, DAY = 60_000, 86_400_000
FAINT = Situation("anomaly", priority="low", context="rest", strength="faint", age="40_to_64", sex="female")
CLEAR = FAINT._replace(strength="strong", change="above_6")
FORECAST = Situation("glucose_forecast", priority="low", diabetes="yes")


def alert_of(number: int) -> str:
    """The id of an alert."""
    return f"{number * 0x9E3779B97F4A7C15 % 2**96:024x}"


def answer(alert: str, useful: bool | None = None, time: int = START, **more: object) -> Feedback:
    """What a person answers."""
    return Feedback("f1", "ann", alert, "answer", time, useful=useful, **more)  # type: ignore[arg-type]


def counsel(
    taught: Taught | None = None, cohorts: Cohorts | None = None, mode: Mode = "on", offset: int = 0
) -> Counsel:
    """Counsel for one record."""
    return Counsel(ADAPTATION, cohorts or new_cohorts(), taught or Taught(), mode, offset)


def new_cohorts() -> Cohorts:
    """Cohorts that have learnt nothing."""
    return Cohorts(ADAPTATION.learning)


def teach(
    taught: Taught, cohorts: Cohorts, situation: Situation, useful: bool, times: int, lasted: int = 8
) -> None:
    """So many alerts of one situation, each answered alike and over after `lasted` minutes."""
    for number in range(times):
        taught.alerts = b""
        one = counsel(taught, cohorts)
        one.raised(alert_of(number), situation, START)
        one.answered(answer(alert_of(number), useful), START)
        one.ended(alert_of(number), 0, START + lasted * MINUTE)
        for lesson in one.lessons:
            cohorts.learn(lesson)
