"""People who answer alerts: a share of them, honestly, minutes to a day later."""

from __future__ import annotations

from bench.personal.answers import LATEST_MS, SOONEST_MS, crowd
from streams.gateways.simulator import Episode
from streams.records import Alert, Source

HOUR = 3_600_000
DAY = 24 * HOUR
FEVER = Episode("w", "fever", 0, 2 * HOUR)


def alert(identity: str, onset: int = HOUR, priority: str = "low") -> Alert:
    source = Source("vitals", 0, 0)
    return Alert(identity, 1, "w", "fever", "raised", priority, "", onset, onset, source)  # type: ignore[arg-type]


def answers(share: float, alerts: list[Alert], until: int = 7 * DAY) -> list[tuple[str, bool | None, int]]:
    people = crowd(share, until, [FEVER])
    for told in alerts:
        people.hear(told, told.onset)
    return [(said.alert, said.true_alarm, said.time) for said in people.due(30 * DAY)]


def test_about_the_share_of_alerts_is_answered() -> None:
    found = answers(0.3, [alert(f"{i:016x}") for i in range(2000)])

    assert 0.25 < len(found) / 2000 < 0.35


def test_answers_are_the_truth() -> None:
    found = answers(1.0, [alert("right"), alert("wrong", onset=5 * HOUR)])

    assert {identity: true for identity, true, _ in found} == {"right": True, "wrong": False}


def test_an_answer_comes_minutes_to_a_day_later_and_in_order() -> None:
    times = [time for *_, time in answers(1.0, [alert(f"{i:016x}") for i in range(300)])]

    assert times == sorted(times)
    assert HOUR + SOONEST_MS <= times[0] < HOUR + 2 * SOONEST_MS
    assert LATEST_MS / 2 < times[-1] - HOUR <= LATEST_MS


def test_nobody_answers_info_or_after_the_first_week_or_twice() -> None:
    alerts = [alert("info", priority="info"), alert("late", onset=8 * DAY), alert("one"), alert("one")]

    assert [identity for identity, *_ in answers(1.0, alerts)] == ["one"]


def test_an_answer_waits_for_its_time() -> None:
    people = crowd(1.0, DAY, [FEVER])
    people.hear(alert("one"), HOUR)

    assert list(people.due(HOUR)) == []
