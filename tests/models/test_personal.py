"""The setting of a worker that knows its wearers, record by record."""

from __future__ import annotations

import pytest

from models.decide import decide
from models.judged import Judged
from models.person import Person, Taken
from models.personal import load_setting
from models.policy.case import Case
from models.policy.course import LAPSED
from models.policy.episode import Episode
from models.policy.life import Life
from models.risk.found import Leeway
from models.view import Observation, View
from streams.records import Source

SETTING = load_setting()
NOW = 1_767_592_800_000
DAY = 86_400_000


def told(*medicines: Taken) -> list[tuple[str, str | None]]:
    """What becomes of an alert on a slow pulse by a medicine at the next minute without a pulse."""
    judged = Judged()
    judged.episodes["treatment:low"] = Episode(raised=2, onset=NOW, heard=NOW, alert="treatment:low")
    judged.lives["treatment:low"] = Life(NOW, 4, lead="treatment:low", told=NOW)
    leeway = Leeway(person=Person(medicines=medicines))
    case = Case("ann", judged, Source("vitals", 0, 1), NOW + 60_000, leeway)
    records = [one.record for one in decide(SETTING, case, Observation([View(NOW + 60_000)]))]
    return [(record.status, record.cause) for record in records if hasattr(record, "status")]


def test_an_alert_on_a_medicine_that_is_taken_goes_on():
    assert told(Taken("C07AB02", NOW - DAY)) == []


@pytest.mark.parametrize(
    "medicines",
    [
        (),
        (Taken("C07AB02", NOW - DAY, NOW),),
        (Taken("C07AB02", NOW - 29 * DAY),),
        (Taken("H02AB06", NOW - DAY),),
    ],
    ids=["taken off the profile", "stopped", "long begun", "another"],
)
def test_an_alert_on_a_medicine_that_nobody_watches_any_more_ends(medicines):
    assert told(*medicines) == [("resolved", LAPSED)]
