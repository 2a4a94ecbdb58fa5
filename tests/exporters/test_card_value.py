"""A card words what is no vital, and says nothing of a usual that nobody can know."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from exporters.alerts.card import card
from exporters.alerts.card_content import card_of
from exporters.alerts.card_html import html_card
from exporters.alerts.card_text import text_card
from models.advice import load_catalogue
from streams.records import Alert, Contribution, Source

CATALOGUE = load_catalogue()
PULSE = Contribution("hr", 140.0, "1/min")


def alert(*reasons: Contribution, **more) -> Alert:
    made = Alert(
        id="a" * 24, revision=1, wearer="ann", condition="resting_heart_rate", status="raised",
        priority="medium", title="Heart rate at rest is far from usual", onset=0, updated=60_000,
        source=Source("vitals", 0, 0), contributions=list(reasons), clears="a week", confidence=0.8,
    )  # fmt: skip
    return replace(made, **more)


@pytest.mark.parametrize(
    ("language", "lines"),
    [("en", ["sex  male", "time of day  18:54"]), ("zh", ["性别  男", "时刻  18:54"])],
)
def test_sex_and_time_of_day_have_words_and_no_usual(language, lines):
    for reason, line in zip(
        (Contribution("male", 1.0, "1"), Contribution("local_hour", 18.9, "h")), lines, strict=True
    ):
        text = text_card(card_of(alert(reason), CATALOGUE, language=language)).plain
        assert any(found.strip() == line for found in text.splitlines())


@pytest.mark.parametrize(("context", "said"), [("rest", True), ("active", False), ("recovering", False)])
def test_in_effort_nothing_is_said_of_an_own_usual_that_is_not_known(context, said):
    shown = card_of(alert(PULSE, context=context), CATALOGUE)

    assert ("not known yet" in text_card(shown).plain) == said
    assert ("not known yet" in html_card(shown)) == said


def test_the_card_of_what_is_over_says_not_what_would_end_it_nor_how_sure_it_is():
    over = alert(status="resolved")

    for text in (text_card(card_of(over, CATALOGUE)).plain, html_card(card_of(over, CATALOGUE))):
        assert "Ends after" not in text
        assert "confidence" not in text
        assert "\n\n\n" not in text
    assert "confidence" not in card(over).plain


def test_the_short_line_names_the_other_conditions():
    assert (
        "with: vital signs together, unusual state"
        in card(alert(PULSE, also=["deterioration", "anomaly"])).plain
    )
