"""What one wearer's answers taught, in few bytes."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from models.usefulness.taught import FULL, KEPT, LONGEST, VALID_MS, Tally, Taught
from tests.models.usefulness.answers import DAY, FAINT, FORECAST, START, alert_of


def told(number: int = 1, taught: Taught | None = None, now: int = START) -> Taught:
    taught = taught or Taught()
    taught.tell(alert_of(number), FAINT, now)
    return taught


def test_an_alert_is_found_by_its_id_with_the_situation_of_its_raise() -> None:
    found = told().find(alert_of(1), START + DAY)

    assert found is not None and (found.situation, found.useful) == (FAINT, None)
    assert told().find(alert_of(2), START) is None


def test_an_id_that_is_no_id_of_ours_is_not_found() -> None:
    assert told().find("not-hex", START) is None


def test_an_answer_is_valid_for_fourteen_days() -> None:
    taught = told()

    assert taught.find(alert_of(1), START + VALID_MS) is not None
    assert taught.find(alert_of(1), START + VALID_MS + 1000) is None


def test_the_newest_alerts_are_kept_in_at_most_24_bytes_each() -> None:
    taught = Taught()
    for number in range(40):
        told(number, taught, START + number)

    assert len(taught.alerts) <= KEPT * 24
    assert [n for n in range(40) if taught.find(alert_of(n), START + 40)] == list(range(40 - KEPT, 40))


def test_an_alert_told_twice_is_kept_once() -> None:
    taught = told(1, told(1))

    assert len(taught.alerts) == len(told().alerts)


def test_the_last_answer_stands_and_counts_once() -> None:
    taught = told()
    for useful in (False, False, True):
        found = taught.find(alert_of(1), START)
        assert found is not None
        taught.answer(found, useful, START)

    assert taught.tally("anomaly") == Tally(1, 0)


def test_an_answer_can_be_taken_back() -> None:
    taught = told()
    for useful in (False, None):
        found = taught.find(alert_of(1), START)
        assert found is not None
        taught.answer(found, useful, START)

    assert (taught.tally("anomaly"), taught.tallies) == (Tally(), b"")


def test_old_answers_fade_when_there_are_many() -> None:
    taught = Taught()
    for number in range(FULL + 1):
        found = told(number, taught).find(alert_of(number), START)
        assert found is not None
        taught.answer(found, False, START)

    assert taught.tally("anomaly") == Tally(0, (FULL + 1) // 2)


def test_courses_are_counted_apart() -> None:
    taught = told()
    taught.tell(alert_of(2), FORECAST, START)
    for number, useful in ((1, False), (2, True)):
        found = taught.find(alert_of(number), START)
        assert found is not None
        taught.answer(found, useful, START)

    assert (taught.tally("anomaly"), taught.tally("glucose_forecast")) == (Tally(0, 1), Tally(1, 0))
    assert taught.tally("glucose:high") == Tally()


def test_who_withdraws_is_forgotten() -> None:
    taught = told()

    taught.clear()

    assert taught == Taught()


@given(st.lists(st.tuples(st.integers(0, 20), st.sampled_from([True, False, None])), max_size=60))
def test_a_restored_state_goes_on_equally(course: list[tuple[int, bool | None]]) -> None:
    live = stored = Taught()
    for step, (number, useful) in enumerate(course):
        stored = msgspec.msgpack.decode(msgspec.msgpack.encode(live), type=Taught)
        for taught in (live, stored):
            found = taught.find(alert_of(number), START + step * 1000)
            if found is None:
                taught.tell(alert_of(number), FAINT, START + step * 1000)
            else:
                taught.answer(found, useful, START + step * 1000)

        assert live == stored


def test_how_long_an_alert_lasted_is_kept_beside_its_answer() -> None:
    taught = told()
    found = taught.find(alert_of(1), START)
    assert found is not None
    taught.end(found, 3)
    found = taught.find(alert_of(1), START)
    assert found is not None
    taught.answer(found, True, START)

    found = taught.find(alert_of(1), START)
    assert found is not None and (found.lasted, found.useful, found.situation) == (3, True, FAINT)


def test_what_lasted_very_long_is_kept_as_the_longest() -> None:
    taught = told()
    found = taught.find(alert_of(1), START)
    assert found is not None
    taught.end(found, 100_000)

    found = taught.find(alert_of(1), START)
    assert found is not None and found.lasted == LONGEST
