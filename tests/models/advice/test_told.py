"""An alert that is told carries advice for the person it is about, from the catalogue."""

from __future__ import annotations

from models.advice import load_catalogue
from models.advice.asking import adviser
from models.decide import Case, Setting, decide
from models.judged import Judged
from models.person import Person
from models.policy.rules import load_policy
from models.risk.evidence import Leeway
from models.view import Observation, View
from streams.records import Alert, Medicine, Profile, Source
from tests.models.policy.stories import Story, said

START = 1_767_592_800_000
MINUTE = 60_000
SETTING = Setting(load_policy(), advise=adviser(load_catalogue()))


def told(profile: Profile, **steady: float) -> list[Alert]:
    """The alerts of half an hour of the same readings, awake at rest."""
    judged, person = Judged(), Person.of(profile)
    alerts: list[Alert] = []
    for minute in range(START, START + 30 * MINUTE, MINUTE):
        case = Case(
            "w1", judged, Source("vitals", 0, minute), minute + MINUTE, Leeway(profile.oxygen_scale, person)
        )
        view = View(minute, "rest", dict(steady), dict(steady))
        found = decide(SETTING, case, Observation(views=[view]))
        alerts += [one.record for one in found if isinstance(one.record, Alert)]
    return alerts


def test_severe_low_oxygen_of_somebody_on_an_opioid_names_the_emergency_and_the_medicine() -> None:
    [*_, last] = told(Profile("w1", medicines=[Medicine("N02AA01")]), spo2=80.0)

    keys = [advice.key for advice in last.advice if advice.voice == "wearer"]
    assert last.priority == "high"
    assert keys == [
        "desaturation.now.high",
        "desaturation.watch",
        "desaturation.seek.high",
        "desaturation.opioid",
    ]


def test_a_slow_pulse_under_a_beta_blocker_says_not_to_stop_it_alone() -> None:
    [first, *_] = told(Profile("w1", medicines=[Medicine("C07AB02")]), hr=36.0)

    texts = [advice.text for advice in first.advice if advice.voice == "wearer"]
    assert any("Do not stop it on your own." in text for text in texts)


def test_the_end_of_an_alert_has_no_advice() -> None:
    judged = Judged()
    alerts: list[Alert] = []
    for n in range(90):
        minute = START + n * MINUTE
        steady = {"temp": 39.0 if n < 30 else 36.6}
        case = Case("w1", judged, Source("vitals", 0, n), minute + MINUTE, Leeway())
        found = decide(SETTING, case, Observation(views=[View(minute, "rest", dict(steady), dict(steady))]))
        alerts += [one.record for one in found if isinstance(one.record, Alert)]

    assert [(alert.status, bool(alert.advice)) for alert in alerts] == [("raised", True), ("resolved", False)]


def test_each_condition_is_advised_on_by_its_own_grade_and_the_gravest_says_when_to_seek_help() -> None:
    story = Story(advise=adviser(load_catalogue()))
    for minute in range(20):
        low = said(minute, "desaturation", 2, ("spo2", 84.0))
        story.take(minute, low, said(minute, "deterioration", 1, ("spo2", 84.0)))

    alert = story.alerts[-1]
    keys = [advice.key for advice in alert.advice if advice.voice == "wearer"]
    assert (alert.priority, alert.condition, alert.also) == ("high", "desaturation", ["deterioration"])
    assert "deterioration.now" in keys
    assert "deterioration.now.high" not in keys
    assert [key for key in keys if ".seek" in key] == ["desaturation.seek.high"]


def test_a_milder_condition_still_says_what_its_wearer_must_know() -> None:
    catalogue = load_catalogue()

    def keys(*facts: str) -> list[str]:
        found = catalogue.advise("fever", priority="low", facts=frozenset(facts), beside="high")
        return [advice.key for advice in found if advice.voice == "wearer" and advice.kind == "seek_help"]

    assert keys() == []
    assert len(keys("cancer_medicine")) == 1
    own = catalogue.advise("desaturation", priority="low", facts=frozenset({"oxygen_scale_2"}), beside="high")
    assert "seek_help" not in {advice.kind for advice in own}
