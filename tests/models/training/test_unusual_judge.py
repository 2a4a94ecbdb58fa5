from __future__ import annotations

import numpy as np
import pytest

from models.deep.unusual import CHANNELS, MINUTES
from models.training.unusual.data import Days
from models.training.unusual.judge import Scored, alarm_hours, minutes_to_alarm, report, threshold_for
from streams.gateways.simulator import Episode

START = 1_767_592_800_000
MINUTE = 60_000


def person(rarity: list[float], river: list[float], begins: int | None = None) -> Scored:
    """Hours that end every five minutes; an episode of 50 minutes from the step `begins` on."""
    steps = np.arange(len(rarity))
    ends = START + steps * 5 * MINUTE
    ordinary = np.ones(len(rarity), np.bool_) if begins is None else steps < begins
    episodes = []
    if begins is not None:
        episodes = [Episode("a", "anomaly", int(ends[begins]), int(ends[begins]) + 50 * MINUTE)]
    rows = np.zeros((len(rarity), MINUTES, len(CHANNELS)), np.float32)
    days = Days("a", ends, rows, np.array(river), ordinary, tuple(episodes))
    return Scored(days, np.array(rarity))


def test_the_threshold_keeps_the_budget_of_alarm_hours() -> None:
    rng = np.random.default_rng(4)
    people = [person(rng.exponential(1, 4032).tolist(), [0.0] * 4032) for _ in range(3)]

    threshold = threshold_for(people, "unusual", budget=2.0)

    assert alarm_hours(people, "unusual", threshold) <= 12 < alarm_hours(people, "unusual", threshold - 0.5)


def test_minutes_count_from_the_start_of_the_episode_to_the_first_alarm_in_it() -> None:
    rarity = [5.0, 0.0, 0.0, 0.0, 4.0, 4.0, 0.0, 0.0]
    river = [0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]

    found = person(rarity, river, begins=2)

    assert minutes_to_alarm(found, "unusual", 3.0).tolist() == [11.0]
    assert minutes_to_alarm(found, "river", 3.0).tolist() == [np.inf]


def test_the_report_sets_both_scores_side_by_side() -> None:
    early = person([0.1] * 12 + [4.0] * 10, [0.1] * 12 + [0.0] * 5 + [9.0] * 5, begins=12)
    missed = person([0.1] * 12 + [4.0] * 10, [0.1] * 22, begins=12)

    figures = report([early, missed], {"unusual": 3.0, "river": 8.0}, "1.0.0").figures

    assert (figures["found"], figures["found_river"]) == (1.0, 0.5)
    assert (figures["minutes"], figures["minutes_river"]) == (1.0, 26.0)
    assert (figures["earlier"], figures["earlier_river"]) == (1.0, 0.0)
    assert figures["auroc"] == 1.0
    assert figures["auroc_river"] < 0.8
    assert figures["alarm_hours_per_week"] == 0.0


def test_alarms_in_ordinary_wear_are_counted_by_the_hour() -> None:
    one = person([9.0] * 5 + [0.0] * 2011, [0.0] * 2016)
    figures = report([one], {"unusual": 3.0, "river": 8.0}, "1.0.0").figures
    assert figures["alarm_hours_per_week"] == pytest.approx(1.0)
