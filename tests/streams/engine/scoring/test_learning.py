"""What answers teach a partition counts from the record behind them on, whoever learns it and when."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from models.usefulness.cohorts import Cohorts, Lesson
from models.usefulness.situation import Situation
from models.usefulness.taught import Taught
from streams.engine.contracts import Effects
from streams.engine.scoring.learning import PartitionLearning
from streams.engine.scoring.shard import WearerShard
from streams.engine.state.pages import ClockData, Seal, clock_key
from streams.records import Alert, Consent, Feedback, Profile
from tests.streams.engine.answers import QUICK, SHIPPED, feedback, quick
from tests.streams.engine.shards import (
    SECRET,
    START,
    Raw,
    control,
    feed_all,
    numbered,
    packet,
    raw,
    stored,
)

FORECAST = Situation("glucose_forecast")
USELESS = [Lesson(offset, FORECAST.pack(), False) for offset in (10, 20, 20, 30)]


def learning(*lessons: Lesson) -> PartitionLearning:
    made = PartitionLearning(QUICK, "on")
    made.expect(lessons)
    return made


def usefulness(made: PartitionLearning, offset: int) -> float | None:
    return made.counsel(Taught(), offset).opinion(FORECAST).usefulness


# Lessons --------------------------------------------------------------------------------------


def test_a_lesson_counts_from_the_record_behind_it_on() -> None:
    made = learning(*USELESS)

    said = [usefulness(made, offset) for offset in (10, 11, 20, 21, 30, 31)]

    assert said[0] is None
    assert said[1] == said[2] and said[3] == said[4]
    assert said[1] > said[3] > said[5]  # type: ignore[operator]


def test_lessons_count_by_their_offsets_in_whatever_order_they_come() -> None:
    backwards = learning(*USELESS[::-1])

    assert [usefulness(backwards, offset) for offset in (11, 21, 31)] == [
        usefulness(learning(*USELESS), offset) for offset in (11, 21, 31)
    ]


def test_what_is_stored_is_as_of_the_position_and_the_rest_is_learnt_again() -> None:
    before = learning(*USELESS)
    data = before.data(20)

    again = PartitionLearning(QUICK, "on")
    again.restore(data)
    again.expect([lesson for lesson in USELESS if lesson.offset > 20])

    assert data.answers == {"glucose_forecast": 3}
    assert again.data(30) == before.data(30)


def test_a_partition_without_answers_stores_nothing_of_them() -> None:
    assert learning().data(100) == Cohorts(SHIPPED.learning).snapshot()
    assert len(msgspec.msgpack.encode(learning().data(100))) < 8


# Answers through a shard ----------------------------------------------------------------------

LOW = [raw(packet(minute, spo2=[88.0] * 6)) for minute in range(6)]
REFUSED = control("profile", Profile("ann", consent=Consent("refused")))
UNKNOWN = Feedback("f", "ann", "0" * 24, "answer", START, useful=True)


@pytest.fixture(scope="module")
def alert() -> Alert:
    """The alert that the low readings raise."""
    shard = quick()(0, {})
    feed_all(shard, numbered(LOW))
    return next(alert for alert in shard.pending() if alert.status == "raised")


def useless(alert: Alert) -> Raw:
    return feedback(alert, False, alert.updated)


def shard_of(records: list[Raw], mode: str = "on") -> tuple[WearerShard, Effects]:
    shard = quick(learning=mode)(0, {})
    return shard, feed_all(shard, numbered(records))


def test_an_answer_teaches_the_wearer_and_everybody(alert: Alert) -> None:
    shard, effects = shard_of([*LOW, useless(alert)])

    (wearer,) = shard.book.wearers()
    assert effects.dead_letters == []
    assert wearer.judged.taught.tally(alert.condition).useless == 1
    assert shard.own.learning.data(100).answers == {alert.condition: 1}


def test_who_withdraws_takes_the_own_part_along(alert: Alert) -> None:
    shard, _ = shard_of([*LOW, useless(alert), REFUSED])

    (wearer,) = shard.book.wearers()
    assert wearer.judged.taught == Taught()


def test_an_answer_of_a_wearer_who_refused_is_not_kept(alert: Alert) -> None:
    shard, effects = shard_of([*LOW, REFUSED, useless(alert)])

    (letter,) = effects.dead_letters
    assert (letter.rejection.reason, letter.value) == ("no_consent", None)
    assert shard.own.learning.data(100).answers == {}


def test_an_answer_under_another_wearers_key_is_refused() -> None:
    _, effects = shard_of([replace(control("feedback", UNKNOWN), key=b"bob")])

    assert [letter.rejection.reason for letter in effects.dead_letters] == ["key_mismatch"]


def test_an_answer_of_somebody_unknown_makes_no_wearer() -> None:
    shard, effects = shard_of([control("feedback", UNKNOWN)])

    assert (len(shard.book), effects.dead_letters) == (0, [])


@pytest.mark.parametrize("mode", ["frozen", "off"])
def test_a_worker_told_not_to_learn_learns_nothing(alert: Alert, mode: str) -> None:
    shard, _ = shard_of([*LOW, useless(alert)], mode)

    assert shard.own.learning.data(100).answers == {}


def test_how_long_an_answered_alert_lasted_is_learnt_when_it_ends(alert: Alert) -> None:
    well = [raw(packet(minute, spo2=[97.0] * 6)) for minute in range(6, 40)]

    shard, _ = shard_of([*LOW, useless(alert), *well])

    (useless_ones,) = shard.own.learning.data(1000).durations.values()
    assert sum(useless_ones) == 1


def test_lessons_leave_their_page_once_the_partition_has_them(alert: Alert) -> None:
    shard, _ = shard_of([*LOW, useless(alert)])
    pages = stored(shard)
    assert len(list(shard.book.lessons())) == 1

    shard.own.confirm(pages[clock_key(0)])
    for key in pages.keys() - {clock_key(0)}:
        shard.encode(key)

    assert list(shard.book.lessons()) == []
    assert Seal(SECRET).open(clock_key(0), pages[clock_key(0)], ClockData)[1].cohorts.answers
