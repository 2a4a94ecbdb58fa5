"""By which networks a record is judged, and what of that the broker has."""

from __future__ import annotations

import pytest

from models.usefulness.adaptation import load_adaptation
from streams.engine.scoring.learning import PartitionLearning
from streams.engine.scoring.lineups import Lineup, Lineups
from streams.engine.scoring.shadows import Shadows
from streams.engine.scoring.shard import ShardMaker, WearerShard
from streams.engine.state.own_page import OwnPage
from streams.engine.state.pages import Seal, clock_key, stamp_of
from tests.streams.engine.shards import POLICY, SECRET, feed_all, numbered, raw, simulated
from tests.streams.engine.swaps import Versions, maker

ONE, TWO, THREE = ({"rhythm": version} for version in "123")
RECORDS = numbered(raw(packet) for packet in simulated(3)[:240])


def unlearnt() -> PartitionLearning:
    return PartitionLearning(load_adaptation(), "on")


def own_page(wanted: Lineup, stored: dict[bytes, bytes] | None = None) -> OwnPage:
    return OwnPage(0, Seal(SECRET), Versions(wanted), stored or {}, lambda reason: None, unlearnt())


def stored(page: OwnPage, position: int) -> OwnPage:
    """As a checkpoint at `position` leaves it."""
    page.position = position
    page.confirm(page.encode()[1])
    return page


# Line-ups -------------------------------------------------------------------------------------


def test_an_offset_parts_two_line_ups() -> None:
    lineups = Lineups(TWO, 100, ONE)

    assert [lineups.at(offset) for offset in (0, 99, 100, 101)] == [ONE, ONE, TWO, TWO]


@pytest.mark.parametrize(
    ("lineups", "stored_at", "frontier", "expected"),
    [
        (Lineups(ONE), 49, 100, Lineups(TWO, 100, ONE)),
        (Lineups(ONE), -1, 0, Lineups(TWO, 0, {})),
        (Lineups(THREE, 50, ONE), 49, 100, Lineups(TWO, 100, THREE)),
        (Lineups(THREE, 50, ONE), 48, 100, None),
        (Lineups(THREE, 50, ONE), 10, 50, Lineups(TWO, 50, ONE)),
        (Lineups(THREE, 50, ONE), 10, 40, Lineups(TWO, 40, ONE)),
    ],
    ids=["first", "fresh", "after it is safe", "too early", "nobody has reached it", "nor anything near"],
)
def test_another_line_up_begins_where_nobody_has_judged(
    lineups: Lineups, stored_at: int, frontier: int, expected: Lineups | None
) -> None:
    assert lineups.switched(TWO, stored_at, frontier) == expected


# The own page ---------------------------------------------------------------------------------


def test_a_fresh_partition_is_founded_before_anything_is_judged() -> None:
    page = own_page(ONE)
    assert not page.founded and page.lineups == Lineups(ONE)

    key, value = page.encode_lineups()
    page.confirm(value)

    assert page.founded and (key, stamp_of(value)) == (clock_key(0), -1)
    again = own_page(TWO, {key: value})
    assert (again.lineups, again.position, again.founded) == (Lineups(ONE), -1, True)


def test_a_switch_speaks_only_for_what_the_last_checkpoint_made_safe() -> None:
    page = stored(own_page(ONE), 49)
    page.position, page.clock.time = 80, 5_000
    page._stock.lineup = TWO  # type: ignore[misc]

    assert page.switch(60)

    assert page.lineups == Lineups(TWO, 81, ONE) and not page.founded
    key, value = page.encode_lineups()
    again = own_page(TWO, {key: value})
    assert (again.position, again.clock.time, again.lineups) == (49, 0, page.lineups)


def test_a_worker_that_takes_over_switches_behind_all_that_the_one_before_can_have_judged() -> None:
    key, value = stored(own_page(ONE), 49).encode()
    page = own_page(TWO, {key: value})

    assert page.outdated and page.switch(300)

    assert page.lineups == Lineups(TWO, 300, ONE)


def test_nothing_is_switched_twice_or_on_top_of_what_is_not_stored() -> None:
    page = own_page(ONE)
    page._stock.lineup = TWO  # type: ignore[misc]
    assert not page.switch(0), "not founded"
    stored(page, 10)
    assert page.switch(0) and not page.switch(0)
    page.confirm(page.encode_lineups()[1])
    assert not page.outdated and not page.switch(0)


def test_versions_that_are_gone_give_place_to_those_wanted() -> None:
    key, value = stored(own_page({"rhythm": "9", "heart": "1"}), 49).encode()

    page = own_page(TWO, {key: value})

    assert page.lineups.current == TWO
    assert not page.founded, "and the broker is told before one record is judged so"


def test_a_page_that_can_not_be_read_begins_with_what_is_wanted() -> None:
    reasons: list[str] = []

    page = OwnPage(0, Seal(SECRET), Versions(TWO), {clock_key(0): b"damaged"}, reasons.append, unlearnt())

    assert (page.lineups, page.position, page.founded, reasons) == (Lineups(TWO), -1, False, ["forged"])


# In a shard -----------------------------------------------------------------------------------


def switched(at: int) -> WearerShard:
    shard = maker(Versions(ONE))(0, {})
    shard.own.lineups = Lineups(TWO, at, ONE)
    return shard


def test_every_alert_names_the_version_that_judged() -> None:
    effects = feed_all(switched(150), RECORDS)

    spoken = [alert for alert, _ in effects.alerts if alert.condition == "rhythm"]
    assert {alert.models["rhythm"] for alert in spoken if alert.source.offset < 150} <= {"1"}
    assert {alert.models["rhythm"] for alert in spoken if alert.source.offset >= 150} == {"2"}


def test_a_chunk_may_reach_over_a_switch() -> None:
    at_once, one_by_one = switched(150), switched(150)

    assert feed_all(at_once, RECORDS, 240).alerts == feed_all(one_by_one, RECORDS, 1).alerts


def test_a_network_that_nobody_runs_is_not_asked() -> None:
    effects = feed_all(maker(Versions({}))(0, {}), RECORDS)

    assert [alert for alert, _ in effects.alerts if alert.condition == "rhythm"] == []
    assert effects.risks[-1].not_run == {}


class Listening(Shadows):
    """Shadows of everything that keep what they are given."""

    def __init__(self) -> None:
        self.given: list[tuple[str, bool]] = []

    def wanted(self, model: str) -> bool:
        return True

    def score(self, asks) -> None:  # type: ignore[no-untyped-def]
        self.given += [(ask.model, ask.answer is not None) for ask in asks]


@pytest.mark.parametrize("wanted", [ONE, {}])
def test_shadows_see_what_the_judge_sees_and_what_nobody_judges(wanted: Lineup) -> None:
    shadows = Listening()
    plain = maker(Versions(wanted))
    shadowed = ShardMaker(
        plain.settings, plain.seal, plain.stock, plain.setting, topic="vitals", shadows=shadows
    )

    with_shadows, without = feed_all(shadowed(0, {}), RECORDS), feed_all(plain(0, {}), RECORDS)

    judged = {answered for model, answered in shadows.given if model == "rhythm"}
    assert judged == {bool(wanted)}
    assert (with_shadows.alerts, with_shadows.risks) == (without.alerts, without.risks)
    assert POLICY is plain.setting.policy
