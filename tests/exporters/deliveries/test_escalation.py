"""One alert on one route over given times: who is told, who is next, and when it ends."""

from __future__ import annotations

from typing import Any, Literal, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.deliveries.escalation import MINUTE_MS, Course, Tell, due, hear, tick
from exporters.deliveries.quiet import Quiet, release
from exporters.deliveries.routes import Reminders, Route, Step
from streams.records import Alert, Priority
from streams.records.alerts import Snooze, Status
from tests.exporters.examples import alert

NOW = 1_770_000_000_000  # 2026-02-02 02:40 UTC
NIGHT = Quiet(begin="22:00", until="06:30")
MORNING = 1_770_013_800_000  # 06:30 UTC
ESCALATING = Route(to=["nurse"], escalate=[Step(10, ["doctor"]), Step(20, ["chief"])])
Event = tuple[int, Alert]


def play(route: Route, *events: Event, until: int = NOW + 10**9) -> list[tuple[int, str, int]]:
    """Minutes after NOW, receiver and nudge of each message, with every due step taken in time."""
    course, told = Course(), list[Tell]()
    for at, one in [*events, (until, None)]:
        while (step := due(route, course)) is not None and step < at:
            course, tells = tick(route, course, step)
            told += tells
        if one is not None:
            course, tells = hear(route, [], course, one, at)
            told += tells
    return [((tell.at - NOW) // MINUTE_MS, tell.receiver, tell.nudge) for tell in told]


def at(minutes: int, revision: int, status: Status = "raised", **changes: Any) -> Event:
    return NOW + minutes * MINUTE_MS, alert("a1", revision, status=status, **changes)


def test_who_is_next_is_told_when_nobody_answers() -> None:
    told = play(ESCALATING, at(0, 1))

    assert told == [(0, "nurse", 0), (10, "doctor", 1), (30, "chief", 2)]


@pytest.mark.parametrize(
    "answer",
    [
        {"status": "acknowledged", "acknowledged_by": "somebody"},
        {"status": "snoozed", "snooze": Snooze(NOW + 10**7)},
        {"status": "resolved"},
    ],
)
def test_an_answer_or_the_end_stops_it(answer: dict[str, Any]) -> None:
    told = play(ESCALATING, at(0, 1), at(15, 2, **answer))

    assert {name for _, name, _ in told} == {"nurse", "doctor"}


def test_who_was_told_hears_of_the_end() -> None:
    told = play(ESCALATING, at(0, 1), at(15, 2, "resolved"))

    assert told[2:] == [(15, "nurse", 0), (15, "doctor", 0)]


def test_rounds_begin_again_with_the_first() -> None:
    twice = Route(to=["nurse"], escalate=[Step(10, ["doctor"])], rounds=2)

    told = play(twice, at(0, 1))

    assert told == [(0, "nurse", 0), (10, "doctor", 1), (20, "nurse", 2), (30, "doctor", 3)]


def test_what_was_in_hand_and_becomes_graver_is_escalated_anew() -> None:
    acknowledged = at(5, 2, "acknowledged", acknowledged_by="somebody")

    told = play(ESCALATING, at(0, 1), acknowledged, at(60, 3, "escalated", priority="high"))

    assert told == [(0, "nurse", 0), (60, "nurse", 0), (70, "doctor", 1), (90, "chief", 2)]


def test_in_quiet_hours_only_high_is_told_and_the_minutes_count_from_when_it_is() -> None:
    route = Route(to=["nurse"], quiet=NIGHT, escalate=[Step(10, ["doctor"])])
    morning = (MORNING - NOW) // MINUTE_MS

    assert play(route, at(0, 1)) == [(morning, "nurse", 0), (morning + 10, "doctor", 1)]
    assert play(route, at(0, 1, priority="high")) == [(0, "nurse", 0), (10, "doctor", 1)]


def test_what_waits_for_the_morning_and_becomes_high_is_told_and_escalated_now() -> None:
    route = Route(to=["nurse"], quiet=NIGHT, escalate=[Step(10, ["doctor"])])

    told = play(route, at(0, 1), at(5, 2, "escalated", priority="high"))

    assert told[1:] == [(5, "nurse", 0), (15, "doctor", 1)]


def test_below_its_priority_a_route_hears_nothing_until_it_is_graver_and_then_all() -> None:
    route = Route(to=["nurse"], priority="high")

    told = play(
        route, at(0, 1), at(1, 2, "escalated", priority="high"), at(2, 3, "reminded"), at(3, 4, "resolved")
    )

    assert told == [(1, "nurse", 0), (2, "nurse", 0), (3, "nurse", 0)]


def test_the_end_of_what_was_never_told_is_not_told() -> None:
    assert play(Route(to=["nurse"], priority="high"), at(0, 1), at(1, 2, "resolved")) == []


def test_an_alert_first_heard_of_by_a_reminder_is_as_good_as_raised() -> None:
    assert play(Route(to=["nurse"], statuses=("raised",)), at(0, 7, "reminded")) == [(0, "nurse", 0)]


def test_reminders_have_limits_of_their_own() -> None:
    route = Route(to=["nurse"], reminders=Reminders(apart_minutes=30, at_most=2))

    told = play(route, at(0, 1), *(at(10 * i, i + 1, "reminded") for i in range(1, 20)))

    assert [minute for minute, _, _ in told] == [0, 10, 40]


@pytest.mark.parametrize(
    ("wearer", "globs", "told"),
    [
        ("w1", [], True),
        ("w1", ["w*"], True),
        ("w1", ["x", "w1"], True),
        ("w1", ["W1"], False),
        ("w1", ["w"], False),
    ],
)
def test_wearers_are_globs(wearer: str, globs: list[str], told: bool) -> None:
    _, tells = hear(Route(to=["nurse"]), globs, Course(), alert(wearer=wearer), NOW)

    assert bool(tells) == told


def test_conditions_count_also_when_they_joined_another() -> None:
    route = Route(to=["nurse"], conditions=["fever"])

    assert play(route, at(0, 1)) == []
    assert play(route, at(0, 1, also=["fever"])) == [(0, "nurse", 0)]


PRIORITIES: tuple[Priority, ...] = get_args(Priority)
STATUSES: tuple[Status, ...] = get_args(Status)


@st.composite
def lives(draw: st.DrawFn) -> list[Event]:
    """Revisions of one alert at rising times; its last is its end."""
    events, now = [], NOW
    for revision in range(1, draw(st.integers(1, 8)) + 1):
        now += draw(st.integers(1, 300)) * MINUTE_MS
        status = draw(st.sampled_from(STATUSES[:-1]))
        changes = {
            "status": status,
            "priority": draw(st.sampled_from(PRIORITIES)),
            "acknowledged_by": "somebody" if status == "acknowledged" else None,
            "snooze": Snooze(now + 1) if status == "snoozed" else None,
        }
        events.append((now, alert("a1", revision, **changes)))
    end = alert("a1", len(events) + 1, status="resolved", priority="low")
    return [*events, (now + draw(st.integers(1, 300)) * MINUTE_MS, end)]


routes = st.builds(
    Route,
    to=st.just(["nurse"]),
    priority=st.sampled_from(PRIORITIES),
    quiet=st.sampled_from([None, NIGHT]),
    escalate=st.lists(st.builds(Step, st.integers(1, 60), st.sampled_from([["doctor"], ["chief", "nurse"]]))),
    rounds=st.integers(1, 3),
)


def told_of(route: Route, events: list[Event]) -> list[tuple[int, Tell]]:
    """Each message with when it was decided; every due step is taken in time."""
    course, told = Course(), list[tuple[int, Tell]]()
    for now, one in events:
        while (step := due(route, course)) is not None and step < now:
            course, tells = tick(route, course, step)
            told += [(step, tell) for tell in tells]
        course, tells = hear(route, [], course, one, now)
        told += [(now, tell) for tell in tells]
    assert due(route, course) is None
    return told


@given(routes, lives())
def test_nobody_is_told_in_quiet_hours_but_of_what_is_high(route: Route, events: list[Event]) -> None:
    for now, tell in told_of(route, events):
        priority = [one.priority for at, one in events if at <= now][-1]
        assert tell.at >= now
        assert release(route.quiet, priority, tell.at) == tell.at


@given(routes, lives())
def test_nobody_is_next_while_it_is_in_hand_or_over(route: Route, events: list[Event]) -> None:
    for now, tell in told_of(route, events):
        last = [one for at, one in events if at <= now][-1]
        if tell.nudge:
            assert last.acknowledged_by is None
            assert last.snooze is None
            assert last.status != "resolved"


@given(routes, lives())
def test_a_route_that_takes_everything_leaves_no_graver_revision_untold(
    route: Route, events: list[Event]
) -> None:
    told = {(now, tell.receiver) for now, tell in told_of(route, events) if not tell.nudge}
    for now, one in events:
        if one.priority == "high" and one.status in ("raised", "escalated"):
            assert (now, "nurse") in told


@given(routes, lives())
def test_a_revision_that_comes_again_changes_nothing(route: Route, events: list[Event]) -> None:
    course = Course()
    for now, one in events:
        course, _ = hear(route, [], course, one, now)
        assert hear(route, [], course, one, now + 1) == (course, [])


@given(
    st.integers(NOW, NOW + 400 * 86_400_000),
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Shanghai", "America/St_Johns"]),
    st.sampled_from([("22:00", "06:30"), ("01:00", "03:00"), ("12:00", "13:00"), ("23:59", "00:01")]),
)
def test_quiet_hours_end_within_a_day_and_what_is_released_stays_so(
    now: int, zone: Literal["UTC"], hours: tuple[str, str]
) -> None:
    quiet = Quiet(begin=hours[0], until=hours[1], zone=zone)

    released = release(quiet, "medium", now)

    assert now <= released <= now + 25 * 3_600_000
    assert release(quiet, "medium", released) == released
    assert release(quiet, "high", now) == now
