"""The most specific advice speaks, in both voices, and the same question has the same answer."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.advice import Catalogue, Known, load_catalogue
from models.advice.catalogue import ADDED, DEFAULT
from models.advice.facts import every_fact
from models.advice.wording import names_emergency
from models.policy.rules import load_policy
from models.signals.activity import Context
from streams.records import Advice, Condition, Kind, Priority

CATALOGUE = load_catalogue()
CONDITIONS = st.sampled_from(get_args(Condition))
SIDES = st.sampled_from(["", "high", "low"])
PRIORITIES = st.sampled_from(get_args(Priority))
CONTEXTS = st.sampled_from(["", *get_args(Context)])
FACTS = st.frozensets(st.sampled_from(sorted(every_fact(CATALOGUE.book))))


def keys(advice: list[Advice], kind: Kind | None = None) -> list[str]:
    return [a.key for a in advice if a.voice == "wearer" and kind in (None, a.kind)]


def of(**known: object) -> frozenset[str]:
    return CATALOGUE.facts_of(Known(**known))  # type: ignore[arg-type]


def test_a_low_of_a_person_with_diabetes_is_told_to_have_sugar_in_plain_words() -> None:
    advice = CATALOGUE.advise("glucose", "low", "medium", "rest", of(diabetes=True))

    first = advice[0]
    assert (first.voice, first.kind, first.key) == ("wearer", "now", "glucose.low.now.diabetes")
    assert first.text.startswith("Have fast sugar now, as you were taught")
    assert first.source == (
        "ADA Standards of Care in Diabetes, section 6: Glycemic Goals and Hypoglycemia, 2024"
    )
    assert not first.generated


def test_each_voice_says_what_to_do_now_what_to_watch_and_when_to_seek_help() -> None:
    advice = CATALOGUE.advise("rhythm", "", "medium")

    assert [(a.voice, a.kind) for a in advice] == [
        ("wearer", "now"),
        ("wearer", "watch"),
        ("wearer", "seek_help"),
        ("clinician", "now"),
        ("clinician", "watch"),
        ("clinician", "seek_help"),
    ]


def test_one_voice_can_be_asked_for() -> None:
    advice = CATALOGUE.advise("fever", "", "low", voices=("clinician",))

    assert {a.voice for a in advice} == {"clinician"}


@pytest.mark.parametrize(
    ("condition", "side", "priority", "context", "known", "key"),
    [
        ("desaturation", "low", "medium", "asleep", {}, "desaturation.now.asleep"),
        ("desaturation", "low", "medium", "asleep", {"oxygen_scale": 2}, "desaturation.now.scale_2"),
        ("desaturation", "low", "medium", "rest", {"oxygen_scale": 2}, "desaturation.seek.scale_2"),
        ("desaturation", "low", "high", "rest", {"oxygen_scale": 2}, "desaturation.seek.high"),
        ("desaturation", "low", "high", "asleep", {"oxygen_scale": 2}, "desaturation.now.scale_2.high"),
        ("fever", "", "low", "", {"age": 2}, "fever.seek.young_child"),
        ("fever", "", "medium", "", {"age": 10}, "fever.seek.child"),
        ("fever", "", "low", "", {"age": 2, "medicines": ["L01BA01"]}, "fever.seek.cancer_medicine"),
        ("fever", "", "low", "", {"conditions": ["D57.1"]}, "fever.seek.sickle_cell"),
        ("fever", "", "low", "", {"pregnant": True}, "fever.pregnant"),
        ("resting_heart_rate", "low", "medium", "", {"athlete": True}, "resting_heart_rate.low.now.athlete"),
        ("resting_heart_rate", "high", "medium", "recovering", {}, "resting_heart_rate.high.now.moving"),
        ("resting_heart_rate", "low", "medium", "", {"medicines": ["C07AB02"]},
         "resting_heart_rate.low.rate_lowering"),
        ("resting_heart_rate", "low", "medium", "",
         {"medicines": ["C07AB02"], "genotype": ["CYP2D6_poor"]}, "resting_heart_rate.low.cyp2d6"),
        ("glucose", "low", "high", "", {"medicines": ["A10BB01"], "age": 80}, "glucose.low.sulfonylurea"),
        ("glucose", "high", "low", "", {"medicines": ["A10BK01"]}, "glucose.high.sglt2"),
        ("blood_pressure", "high", "medium", "", {"pregnant": True}, "blood_pressure.high.seek.pregnant"),
        ("blood_pressure", "high", "info", "", {}, "blood_pressure.high.now.once"),
        ("blood_pressure", "low", "medium", "", {"medicines": ["C09AA05"]},
         "blood_pressure.low.pressure_medicine"),
        ("deterioration", "", "high", "", {}, "deterioration.seek.high"),
        ("deterioration", "", "medium", "", {"age": 15}, "deterioration.child"),
        ("rhythm", "", "medium", "", {"medicines": ["B01AF02"]}, "rhythm.anticoagulant"),
        ("rhythm", "", "medium", "", {"genotype": ["LQT2"]}, "rhythm.long_qt"),
    ],
)  # fmt: skip
def test_what_is_known_of_the_wearer_changes_what_is_said(
    condition: Condition, side: str, priority: Priority, context: str, known: dict[str, object], key: str
) -> None:
    assert key in keys(CATALOGUE.advise(condition, side, priority, context, of(**known)))


@pytest.mark.parametrize("cause", ["contact", "missing", "motion", "flat", "range", "jump", "beats"])
def test_what_to_collect_again_depends_on_the_cause(cause: str) -> None:
    advice = CATALOGUE.advise("collect_again", priority="info", cause=cause)

    assert keys(advice, "now") == [f"collect_again.now.{cause}"]


def test_an_unknown_cause_falls_back_to_the_general_advice() -> None:
    advice = CATALOGUE.advise("collect_again", priority="info", cause="rust")

    assert keys(advice, "now") == ["collect_again.now"]


def test_what_lowers_a_long_term_risk_depends_on_which_it_is() -> None:
    diabetes = CATALOGUE.advise("long_term_risk", priority="info", cause="diabetes: 12 % (8 % to 20 %)")
    pressure = CATALOGUE.advise(
        "long_term_risk",
        priority="info",
        cause="mean home blood pressure of 135/85 or more: 84 % (80 % to 90 %)",
    )

    assert keys(diabetes, "now") == ["long_term_risk.now.diabetes"]
    assert keys(pressure, "now") == ["long_term_risk.now.pressure"]
    assert keys(pressure, "watch") == ["long_term_risk.watch"]


def test_silence_after_a_low_battery_asks_to_charge() -> None:
    advice = CATALOGUE.advise("stale_data", priority="low", cause="battery")

    assert "Charge the device" in advice[0].text


def test_of_what_was_found_in_old_data_nothing_is_to_be_done_now_but_to_look() -> None:
    advice = CATALOGUE.advise("glucose", "low", "low", facts=of(diabetes=True), historic=True)

    assert keys(advice, "now") == ["earlier"]
    assert "sugar now" not in " ".join(a.text for a in advice if a.kind == "now")


def test_a_key_finds_the_same_advice_in_chinese() -> None:
    english = CATALOGUE.advise("desaturation", "low", "medium")[0]

    chinese = CATALOGUE.translate(english, "zh")

    assert chinese.text == "请坐直休息。把手捂暖并保持不动，去掉指甲油，然后重新测量。"
    assert (chinese.key, chinese.voice, chinese.kind) == (english.key, english.voice, english.kind)
    assert CATALOGUE.translate(chinese, "en") == english


def test_what_the_catalogue_does_not_know_stays_as_it_is() -> None:
    policy = Advice("Check the pump.", "the clinic")
    worded = Advice("Sit down and rest for a while.", "model", key="rhythm.now", generated=True)

    assert CATALOGUE.translate(policy, "zh") == policy
    assert CATALOGUE.translate(worded, "zh") == worded


@given(CONDITIONS, SIDES, PRIORITIES, CONTEXTS, FACTS)
def test_the_same_question_has_the_same_answer_and_few_lines(
    condition: Condition, side: str, priority: Priority, context: str, facts: frozenset[str]
) -> None:
    advice = CATALOGUE.advise(condition, side, priority, context, facts)

    assert advice == load_again().advise(condition, side, priority, context, frozenset(sorted(facts)[::-1]))
    for kind in get_args(Kind):
        assert len(keys(advice, kind)) <= 1 + ADDED
    assert keys(advice) == [a.key for a in advice if a.voice == "clinician"]


@given(CONDITIONS, st.sampled_from(["high", "low"]), CONTEXTS, FACTS)
def test_whoever_it_is_a_high_alert_names_the_emergency_number(
    condition: Condition, side: str, context: str, facts: frozenset[str]
) -> None:
    if condition in ("collect_again", "sensor_drift", "long_term_risk"):
        return

    advice = CATALOGUE.advise(condition, side, "high", context, facts, voices=("wearer",))

    for language in ("en", "zh"):
        told = [CATALOGUE.translate(a, language).text for a in advice if a.kind == "seek_help"]
        assert any(names_emergency(text, language) for text in told)


GRAVE = sorted(
    name for name, rule in load_policy().rules.items() if "high" in {grade.priority for grade in rule.grades}
)


@pytest.mark.parametrize("condition", GRAVE)
@pytest.mark.parametrize("side", ["high", "low"])
def test_asleep_or_moving_no_wearer_is_calmed_by_a_high_alert(condition: Condition, side: str) -> None:
    now = {
        tuple(keys(CATALOGUE.advise(condition, side, "high", context), "now"))
        for context in ("", *get_args(Context))
    }

    assert len(now) == 1


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("kind: now", "kind: later", "later"),
        ("source: esc_af", "source: hearsay", "hearsay"),
        ("facts: [long_qt]", "facts: [left_handed]", "left_handed"),
        ("  sensor_drift:\n", "  sensor_shift:\n", "sensor_shift"),
        ("    - name: now.moving\n", "    - name: now\n", "rhythm.now stands twice"),
        ("adds: true", "added: true", "added"),
        ("written:", ": written:", "YAML"),
        ('zh: "', 'fr: "', "fr"),
    ],
)
def test_a_broken_catalogue_is_refused_with_what_is_wrong(
    tmp_path: Path, old: str, new: str, told: str
) -> None:
    broken = tmp_path / "catalogue.yaml"
    broken.write_text(DEFAULT.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")

    with pytest.raises(ValueError, match=told):
        load_catalogue(broken)


def load_again() -> Catalogue:
    return Catalogue(CATALOGUE.book, dict(reversed(CATALOGUE.entries.items())))
