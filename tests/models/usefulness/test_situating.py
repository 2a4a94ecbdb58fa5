"""From evidence to the words that are learnt from."""

from __future__ import annotations

from models.online.baseline import Usual
from models.person import Person
from models.risk.found import Evidence
from models.signals.quality import Quality
from models.usefulness.situating import situate
from models.view import View
from streams.records import Contribution
from tests.models.usefulness.answers import START

PERSON = Person(birth_year=1950, male=False, diabetes=True)


def view(**fields: object) -> View:
    return View(START, "rest", utc_offset=60, **fields)  # type: ignore[arg-type]


def test_evidence_beside_its_view_gives_every_word() -> None:
    found = Evidence("resting_heart_rate", START, 1, 0.6, [Contribution("hr", 112.0, "1/min")], "high")
    seen = view(usual={"hr": Usual(60.0, 10.0, 60.0, 4.0)}, quality={"hr": Quality(0.95, None)})

    situation = situate(found, seen, "medium", PERSON, START, normal_days=5.0)

    assert situation == (
        "resting_heart_rate", "high", "medium", "rest", "morning", "good", "4_to_6", "weak", "one", "days",
        "rule", "yes", "65_to_79", "female",
    )  # fmt: skip


def test_local_time_counts_not_the_time_in_greenwich() -> None:
    found, seen = Evidence("fever", START, 1, 0.6), view()
    assert situate(found, seen, "low", PERSON, START).hours == "morning"  # 06:00 UTC, 07:00 there

    seen.utc_offset = -120

    assert situate(found, seen, "low", PERSON, START).hours == "night"


def test_a_network_without_a_view_leaves_words_unknown() -> None:
    found = Evidence("glucose_forecast", START, 1, 0.4, networks=("glucose",))

    situation = situate(found, None, "low", Person(), START)

    assert (situation.by, situation.context, situation.change, situation.quality) == (
        "network", "unknown", "unknown", "unknown",
    )  # fmt: skip
    assert (situation.age, situation.sex) == ("unknown", "unknown")
