"""The outbox: position and messages change together, order is kept, what is old goes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from exporters.deliveries.backoff import DAY_MS, KEPT_MS, LONGEST_S, is_hopeless, wait_ms
from exporters.deliveries.endpoints import Endpoints
from exporters.deliveries.escalation import Course, Tell
from exporters.deliveries.measures import DeliveryMetrics
from exporters.deliveries.outbox import VERSION, Outbox
from exporters.deliveries.outcomes import Failed, of_status
from exporters.deliveries.router import Router
from exporters.deliveries.routes import Routes
from streams.errors import UserError
from tests.exporters.examples import alert

PHONE = """
[receivers.app]
kind = "push"
url_file = "secret"
[routes.all]
to = ["app"]
"""
NOW = 1_770_000_000_000
FAILED = Failed("status", "HTTP 500")


@pytest.fixture
def outbox(tmp_path: Path) -> Iterator[Outbox]:
    outbox = Outbox(tmp_path / "deliveries.db")
    yield outbox
    outbox.close()


@pytest.fixture
def endpoints(outbox: Outbox, tmp_path: Path) -> Iterator[Endpoints]:
    endpoints = Endpoints(tmp_path / "deliveries.db")
    yield endpoints
    endpoints.close()


def put(outbox: Outbox, revision: int = 1, at: int = NOW, newest_only: bool = False, **changes: str) -> bool:
    one = alert("a1", revision, **changes)
    return outbox.put(Tell("app", at), "all", one, NOW, NOW, newest_only)


def waiting(outbox: Outbox, now: int = NOW) -> list[str]:
    return [message.id for message in outbox.due("app", now, [], 10)]


def test_a_position_and_its_messages_are_kept_together_or_not_at_all(outbox: Outbox) -> None:
    with pytest.raises(ZeroDivisionError), outbox.transaction():
        put(outbox)
        outbox.move("5-0")
        raise ZeroDivisionError

    assert (outbox.place, waiting(outbox)) == (None, [])


def test_only_the_first_that_waits_of_an_alert_is_due(outbox: Outbox) -> None:
    put(outbox, 1)
    put(outbox, 2)

    assert waiting(outbox) == ["a1-1"]
    outbox.delivered(outbox.due("app", NOW, [], 10)[0], NOW)
    assert waiting(outbox) == ["a1-2"]


def test_what_is_due_now_makes_what_waits_before_it_due(outbox: Outbox) -> None:
    put(outbox, 1, at=NOW + DAY_MS)
    put(outbox, 2, at=NOW)

    assert waiting(outbox) == ["a1-1"]


def test_the_same_message_is_queued_once(outbox: Outbox) -> None:
    assert [put(outbox), put(outbox)] == [True, False]


def test_for_people_the_newest_stands_for_what_waits(outbox: Outbox) -> None:
    put(outbox, 1, newest_only=True)
    put(outbox, 2, newest_only=True, status="escalated")

    assert waiting(outbox) == ["a1-2"]


def test_people_who_knew_nothing_of_an_alert_do_not_hear_of_its_end(outbox: Outbox) -> None:
    put(outbox, 1, at=NOW + DAY_MS, newest_only=True)

    assert not put(outbox, 2, newest_only=True, status="resolved")
    assert waiting(outbox, NOW + 2 * DAY_MS) == []


def test_people_who_may_have_heard_of_an_alert_hear_of_its_end(outbox: Outbox) -> None:
    """It was tried; the answer may have been lost."""
    put(outbox, 1, newest_only=True)
    outbox.tried(outbox.due("app", NOW, [], 10)[0].seq)

    assert put(outbox, 2, newest_only=True, status="resolved")


def test_it_is_remembered_of_what_was_replaced_that_it_was_tried(outbox: Outbox) -> None:
    put(outbox, 1, newest_only=True)
    outbox.tried(outbox.due("app", NOW, [], 10)[0].seq)
    put(outbox, 2, newest_only=True, status="escalated")

    assert put(outbox, 3, newest_only=True, status="resolved")


def test_steps_are_taken_back_when_somebody_has_it_in_hand_and_people_are_not_told(outbox: Outbox) -> None:
    one = alert("a1")
    outbox.put(Tell("app", NOW, nudge=1), "all", one, NOW, NOW, False)
    outbox.put(Tell("app", NOW), "all", alert("a1", 2), NOW, NOW, False)
    outbox.put(Tell("phone", NOW), "all", one, NOW, NOW, True)

    outbox.take_back(alert("a1", 2), "all", ["phone"])

    assert waiting(outbox) == ["a1-2"]
    assert outbox.due("phone", NOW, [], 10) == []


def test_who_may_have_heard_of_an_alert_hears_of_its_end_also_when_nobody_had_answered(
    outbox: Outbox, load: Callable[[str], Routes]
) -> None:
    routes = load(PHONE)
    router = Router(routes, outbox, DeliveryMetrics(CollectorRegistry(), ["app"], ["all"]), lambda _: None)
    router.take("1-0", alert("a1", 1), NOW)
    [raised] = outbox.due("app", NOW, [], 10)
    outbox.tried(raised.seq)  # and it is not known whether it arrived

    router.take("2-0", alert("a1", 2, status="resolved"), NOW)

    assert waiting(outbox) == ["a1-2"]


def test_what_a_clock_put_off_that_has_gone_back_is_due(outbox: Outbox) -> None:
    put(outbox, at=NOW + 30 * DAY_MS)

    outbox.expire(NOW)

    assert waiting(outbox) == ["a1-1"]


def test_a_pause_lasts_as_asked_but_not_where_a_clock_has_gone_back(endpoints: Endpoints) -> None:
    endpoint = endpoints.failed("app", Failed("busy", "HTTP 429", 60), NOW, 60_000)

    assert [endpoint.paused(NOW + at) for at in (0, 59_999, 60_000, -30 * DAY_MS)] == [
        True,
        True,
        False,
        False,
    ]


def test_what_waits_is_counted_without_reading_it(outbox: Outbox, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "deliveries.db") as db:
        plan = db.execute(
            "EXPLAIN QUERY PLAN SELECT receiver, count(*), min(queued) FROM messages GROUP BY receiver"
        ).fetchall()

    assert "COVERING INDEX" in plan[0][3]


def test_a_file_of_a_later_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "deliveries.db"
    with closing(sqlite3.connect(path)) as link:
        link.executescript(f"CREATE TABLE later(a); PRAGMA user_version = {VERSION + 1}")
    before = path.read_bytes()

    with pytest.raises(UserError, match=r"deliveries\.db is of a later version .* start that version"):
        Outbox(path)

    assert path.read_bytes() == before


def test_a_file_from_before_versions_were_noted_is_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "deliveries.db"
    Outbox(path).close()
    with closing(sqlite3.connect(path)) as link:
        link.execute("PRAGMA user_version = 0")

    Outbox(path).close()

    with closing(sqlite3.connect(path)) as link:
        assert link.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_file_that_is_no_outbox_is_told_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "other.db").write_text("something else" * 100)

    with pytest.raises(UserError, match=r"other\.db can't be opened"):
        Outbox(tmp_path / "other.db")


def test_the_gravest_goes_first_also_when_it_became_so_while_it_waited(outbox: Outbox) -> None:
    for name in ("a2", "a3"):
        outbox.put(Tell("app", NOW - 1), "all", alert(name), NOW, NOW, False)
    put(outbox, 1, priority="low")
    outbox.put(Tell("app", NOW), "all", alert("a4", priority="low"), NOW, NOW, False)
    put(outbox, 2, priority="high")

    assert waiting(outbox) == ["a1-1", "a2-1", "a3-1", "a4-1"]


def test_what_is_too_old_is_forgotten_and_told(outbox: Outbox) -> None:
    put(outbox)
    outbox.keep_course("all", Course(revision=1, open=False), alert("a1"), None, NOW)

    assert outbox.expire(NOW + KEPT_MS - 1) == []
    assert outbox.expire(NOW + KEPT_MS + 1) == ["app"]
    assert outbox.course("a1", "all").revision == 1
    outbox.expire(NOW + 9 * DAY_MS)
    assert outbox.course("a1", "all") == Course()


def test_an_open_alert_of_which_nothing_waits_stands_until_it_ends(outbox: Outbox) -> None:
    put(outbox, 1)
    outbox.delivered(outbox.due("app", NOW, [], 10)[0], NOW)
    standing = [one.id for _, one in outbox.standing("app")]
    put(outbox, 2, status="resolved")

    assert (standing, outbox.standing("app")) == (["a1"], [])


def test_a_day_of_failures_disables_but_not_the_first_after_a_day_of_silence(endpoints: Endpoints) -> None:
    for hours in (0, 1, 2, 3):
        assert endpoints.failed("app", FAILED, NOW + hours * 3_600_000).disabled is None
    assert endpoints.failed("app", FAILED, NOW + DAY_MS).disabled == "a day of failures, the last: HTTP 500"

    endpoints.failed("other", FAILED, NOW)
    assert endpoints.failed("other", FAILED, NOW + DAY_MS).disabled is None


def test_a_success_ends_a_row_of_failures(endpoints: Endpoints) -> None:
    endpoints.failed("app", FAILED, NOW)
    endpoints.delivered("app", NOW + 1)

    assert (endpoints.of("app").failures, endpoints.of("app").failing_since) == (0, None)


def test_a_success_that_was_on_its_way_undoes_neither_a_pause_nor_an_end(endpoints: Endpoints) -> None:
    endpoints.failed("slow", Failed("busy", "HTTP 429"), NOW, 3_600_000)
    endpoints.failed("gone", Failed("gone", "HTTP 410"), NOW)
    for name in ("slow", "gone"):
        endpoints.delivered(name, NOW + 1)

    assert endpoints.of("slow").paused_until == NOW + 3_600_000
    assert endpoints.of("gone").disabled is not None


@given(st.integers(1, 10_000), st.floats(0, 1))
def test_waits_grow_to_six_hours_and_spread_by_a_quarter(attempts: int, chance: float) -> None:
    wait = wait_ms(attempts, chance) / 1000

    assert 3.75 <= wait <= LONGEST_S * 1.25
    assert wait_ms(attempts + 1, chance) / 1000 >= wait


def test_a_day_has_about_a_dozen_attempts() -> None:
    at, attempts = 0, 1
    while not is_hopeless(0, attempts, at):
        at += wait_ms(attempts, 0.5)
        attempts += 1

    assert (attempts, at / DAY_MS < 1.25) == (13, True)


@pytest.mark.parametrize(
    ("status", "fault"),
    [(200, None), (204, None), (301, "redirect"), (400, "refused"), (401, "status"), (404, "status"),
     (410, "gone"), (422, "refused"), (429, "busy"), (500, "status"), (503, "busy")],
)  # fmt: skip
def test_what_a_status_means(status: int, fault: str | None) -> None:
    outcome = of_status(status)

    assert (outcome.fault if outcome else None) == fault
