"""What a card holds: everything that clinicians asked for, in the voice and language that is wanted."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest

from exporters.alerts.card_content import LINES, VITALS, Card, card_of
from exporters.alerts.card_words import words
from models.advice import Known, Language, load_catalogue
from models.clinical import genotype, medicines
from models.policy.rules import load_policy
from models.signals.activity import Context
from models.signals.catalogue import SIGNALS
from streams.records import (
    Advice,
    Alert,
    Answer,
    Condition,
    Contribution,
    Kind,
    Priority,
    Snooze,
    Status,
    Stretch,
)
from tests.exporters.examples import ONSET, alert

CATALOGUE = load_catalogue()
REASONS = [
    Contribution("hr", 120.0, "1/min"),
    Contribution("spo2", 84.0, "%", usual=96.2, change=-12.2, share=0.8),
    Contribution("rr", 25.0, "1/min", usual=15.0, change=10.0, share=0.2),
    Contribution("temp", 36.6, "Cel", usual=36.6, change=0.0, share=0.1),
]


def example(**changes: Any) -> Alert:
    """A low saturation in sleep, acknowledged and snoozed, with all that an alert can say."""
    values: dict[str, Any] = {
        "condition": "desaturation",
        "title": "Low oxygen saturation",
        "priority": "high",
        "side": "low",
        "context": "asleep",
        "contributions": REASONS,
        "quality": 0.93,
        "confidence": 0.8,
        "probability": 0.91,
        "models": {"rhythm": "3", "quality": "1"},
        "config": "abc123def456",
        "advice": CATALOGUE.advise("desaturation", "low", "high", "asleep"),
        "clears": "ten minutes at 91 % or more",
        "acknowledged_by": "nurse-7",
        "snooze": Snooze(ONSET + 3_600_000, "nurse-8"),
        "also": ["deterioration"],
        "usefulness": 0.75,
        "delayed_s": 60,
        "suppressed": 2,
        "answer": Answer(True, False, "nurse-9"),
        "cause": "clinician's threshold",
        "historic": True,
    }
    return alert(**(values | changes))


def test_a_card_holds_what_clinicians_asked_for() -> None:
    card = card_of(example(), CATALOGUE)

    assert (card.priority, card.direction, card.status) == ("high", "low", "raised")
    assert [(v.name, v.value, v.usual, v.change) for v in card.vitals] == [
        ("oxygen saturation", 84.0, 96.2, -12.2),
        ("respiratory rate", 25.0, 15.0, 10.0),
        ("temperature", 36.6, 36.6, 0.0),
    ]
    assert (card.since, card.updated) == (ONSET, ONSET + 60_000)
    assert (card.quality, card.confidence, card.probability) == (0.93, 0.8, 0.91)
    assert (card.models, card.rules) == ({"rhythm": "3", "quality": "1"}, "abc123def456")
    assert card.clears == "ten minutes at 91 % or more"
    assert card.snooze == Snooze(ONSET + 3_600_000, "nurse-8")
    assert card.acknowledged_by == "nurse-7"


def test_a_card_is_json_and_comes_back() -> None:
    card = card_of(example(), CATALOGUE)

    assert msgspec.json.decode(msgspec.json.encode(card), type=Card) == card


def test_three_vitals_at_most_the_largest_share_first() -> None:
    card = card_of(example(), CATALOGUE)

    assert len(card.vitals) == VITALS
    assert [v.signal for v in card.vitals] == ["spo2", "rr", "temp"]
    assert [v.direction for v in card.vitals] == ["below", "above", "level"]


def test_an_own_usual_that_is_still_learnt_is_never_shown_as_normal() -> None:
    card = card_of(example(contributions=REASONS[:1]), CATALOGUE)

    assert card.vitals[0].usual is None
    assert card.vitals[0].direction == "unknown"


@pytest.mark.parametrize(
    ("side", "reasons", "direction"),
    [
        ("high", REASONS[1:2], "high"),
        ("", REASONS[1:2], "below"),
        ("", REASONS[:1], "unknown"),
        ("", [], "unknown"),
    ],
)
def test_the_direction_is_the_alerts_own_else_that_of_the_first_vital(
    side: str, reasons: list[Contribution], direction: str
) -> None:
    assert card_of(example(side=side, contributions=reasons), CATALOGUE).direction == direction


def test_a_vital_tells_when_a_network_saw_it_most() -> None:
    stretches = [Stretch(ONSET, ONSET + 8_000, 0.2), Stretch(ONSET + 8_000, ONSET + 16_000, 0.8)]
    reasons = [Contribution("ibi", 741.0, "ms", share=1.0, stretches=stretches)]

    assert card_of(example(contributions=reasons), CATALOGUE).vitals[0].most_at == ONSET + 8_000


def test_advice_is_in_the_voice_and_language_that_is_wanted() -> None:
    wearer = card_of(example(), CATALOGUE)
    clinician = card_of(example(), CATALOGUE, "clinician", "zh")

    assert [a.kind for a in wearer.advice] == ["now", "watch", "seek_help"]
    assert wearer.advice[2].text.startswith("Call your emergency number now.")
    assert [a.key for a in clinician.advice] == [a.key for a in wearer.advice]
    assert clinician.advice[2].text == "立即急诊评估；给氧至处方目标范围。"


def test_advice_for_several_conditions_is_short_and_says_nothing_twice() -> None:
    facts = CATALOGUE.facts_of(Known(age=70, medicines=["C07AB02"], pregnant=True))
    both = [
        *CATALOGUE.advise("deterioration", "", "high", facts=facts),
        *CATALOGUE.advise("shock", "", "high", facts=facts),
    ]

    advice = card_of(example(advice=both), CATALOGUE).advice

    texts = [found.text for found in advice]
    assert len(texts) == len(set(texts))
    assert all(len([a for a in advice if a.kind == kind]) <= LINES for kind in get_args(Kind))
    assert advice[0].key == "deterioration.now.high"


def test_advice_of_the_policy_alone_is_shown_to_both_voices() -> None:
    own = [Advice("Check the pump.", "the clinic")]

    assert card_of(example(advice=own), CATALOGUE, "clinician", "zh").advice == own


def test_advice_that_is_given_speaks_instead() -> None:
    worded = [Advice("Sit up and call for help now.", "model", generated=True)]

    assert card_of(example(), CATALOGUE, advice=worded).advice == worded


def test_what_nobody_translated_stays_english_and_says_so() -> None:
    card = card_of(example(title="Low on the moon", clears="landing"), CATALOGUE, language="zh")

    assert (card.title, card.title_language) == ("Low on the moon", "en")
    assert (card.clears, card.clears_language) == ("landing", "en")
    assert card_of(example(), CATALOGUE, language="zh").title == "血氧饱和度偏低"


@pytest.mark.parametrize(
    ("english", "chinese"),
    [
        ("contact", "未接触皮肤"),
        (
            "clinician's threshold; beta blocker can hide a fast pulse",
            "医生设定的阈值；β受体阻滞剂可能掩盖脉搏加快",
        ),
        ("metoprolol (C07AB02), begun 3 days ago", "metoprolol (C07AB02)，3天前开始"),
        (
            "metoprolol (C07AB02), begun today and codeine with paracetamol (N02AJ06), begun yesterday",
            "metoprolol (C07AB02)，今天开始，且codeine with paracetamol (N02AJ06)，昨天开始",
        ),
        ("diabetes: 12 % (8 % to 20 %)", "糖尿病风险：12 %（8 %至20 %）"),
        (
            "20 minutes between 70 and 250 mg/dL and half an hour in which a low is no longer likely",
            "在70至250 mg/dL之间满20分钟，且半小时内不再可能出现低血糖",
        ),
    ],
)
def test_causes_and_ends_are_translated_part_by_part(english: str, chinese: str) -> None:
    card = card_of(example(cause=english, clears=english), CATALOGUE, language="zh")

    assert (card.cause, card.cause_language) == (chinese, "zh")
    assert (card.clears, card.clears_language) == (chinese, "zh")
    assert card_of(example(cause=english), CATALOGUE).cause == english


def test_a_cause_of_which_a_part_is_unknown_stays_english() -> None:
    card = card_of(example(cause="contact; a full moon"), CATALOGUE, language="zh")

    assert (card.cause, card.cause_language) == ("contact; a full moon", "en")


def test_both_languages_name_the_same_things() -> None:
    english, chinese = words("en").tables, words("zh").tables
    by_english = {"sentence", "pattern", "medicine", "join"}

    assert {k: set(v) for k, v in english.items() if k not in by_english} == {
        k: set(v) for k, v in chinese.items() if k not in by_english
    }


@pytest.mark.parametrize("language", get_args(Language))
def test_every_name_of_the_records_has_a_word(language: Language) -> None:
    tables = words(language).tables

    for table, names in {
        "priority": get_args(Priority), "status": get_args(Status), "condition": get_args(Condition),
        "context": get_args(Context), "kind": get_args(Kind),
        "signal": [*SIGNALS, "hrv", "age", "male", "bmi", "local_hour"],
    }.items():  # fmt: skip
        assert set(tables[table]) == set(names), table


def test_every_title_and_every_end_of_the_rules_is_translated() -> None:
    said = words("zh")

    texts = [text for rule in load_policy().rules.values() for text in (rule.title, rule.clears)]

    assert [text for text in texts if said.sentence(text).language != "zh"] == []


def test_what_medicines_and_genotypes_say_is_translated() -> None:
    said = words("zh")

    told = [(row.name, row.says) for row in medicines.ROWS] + [(row.flag, row.says) for row in genotype.ROWS]
    causes = [f"{name} {text}" for name, says in told for text in says.values()]

    assert [cause for cause in causes if said.sentence(cause).language != "zh"] == []


@pytest.mark.parametrize(
    ("value", "unit", "language", "shown"),
    [
        (118.0, "1/min", "en", "118 /min"),
        (38.42, "Cel", "en", "38.4 °C"),
        (3.5, "ln ms", "en", "33 ms"),
        (38.42, "Cel", "zh", "38.4°C"),
        (25.0, "1/min", "zh", "25 次/分"),
        (-3.0, "", "en", "\u22123"),
        (2.0, "furlong", "en", "2 furlong"),
    ],
)
def test_values_read_as_people_write_them(value: float, unit: str, language: Language, shown: str) -> None:
    assert words(language).number(value, unit) == shown
