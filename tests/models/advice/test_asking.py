"""The policy's question is answered by the profile as it is at that time."""

from __future__ import annotations

from typing import Any

from models.advice import load_catalogue
from models.advice.asking import adviser, known_of
from models.person import Person
from models.policy.case import Asked
from streams.records import Medicine, Profile

NOW = 1_767_592_800_000  # January 2026
DAY = 86_400_000
ADVISE = adviser(load_catalogue())


def asked(condition: str, side: str = "", priority: str = "medium", **more: Any) -> Asked:
    values: dict[str, Any] = {"context": "rest", "cause": None, "person": Person(), "now": NOW}
    return Asked(condition, side, priority, **(values | more))


def keys(question: Asked) -> list[str]:
    return [advice.key for advice in ADVISE(question) if advice.voice == "wearer"]


def test_a_medicine_counts_while_it_is_taken() -> None:
    taken = Medicine("C07AB02", started=NOW - DAY, stopped=NOW + DAY)
    person = Person.of(Profile("w1", medicines=[taken]))
    slow = asked("resting_heart_rate", "low", person=person)

    assert "resting_heart_rate.low.rate_lowering" in keys(slow)
    assert "resting_heart_rate.low.rate_lowering" not in keys(slow._replace(now=NOW + 2 * DAY))


def test_what_the_profile_says_becomes_what_is_known() -> None:
    profile = Profile(
        "w1", birth_year=1950, conditions=["E11.9", "D57.1"], athlete=True, pregnant=False,
        medicines=[Medicine("V03AN01")], genotype=["LQTS"],
    )  # fmt: skip

    known = known_of(Person.of(profile), NOW, 2)

    assert (known.age, known.diabetes, known.athlete, known.on_oxygen, known.oxygen_scale) == (
        76.0, True, True, True, 2,
    )  # fmt: skip
    assert load_catalogue().facts_of(known) == {
        "old", "diabetes", "athlete", "on_oxygen", "oxygen_scale_2", "sickle_cell", "long_qt",
    }  # fmt: skip


def test_an_unknown_age_is_no_age() -> None:
    assert known_of(Person(), NOW).age is None


def test_the_oxygen_scale_and_old_data_reach_the_catalogue() -> None:
    assert "desaturation.seek.scale_2" in keys(asked("desaturation", "low", oxygen_scale=2))
    assert keys(asked("desaturation", "low", historic=True))[0] == "earlier"


def test_a_cause_reaches_the_catalogue() -> None:
    assert keys(asked("collect_again", priority="info", cause="motion"))[0] == "collect_again.now.motion"
