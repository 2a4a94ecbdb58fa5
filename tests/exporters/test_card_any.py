"""Whatever an alert says, its card can be made, is well formed, and JSON comes back as it was."""

from __future__ import annotations

from typing import get_args

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from exporters.alerts.card import card as line
from exporters.alerts.card_content import LINES, VITALS, Card, card_of
from exporters.alerts.card_html import html_page
from exporters.alerts.card_text import text_card
from models.advice import Language
from models.signals.activity import Context
from streams.printable import printable
from streams.records import (
    Advice,
    Alert,
    Condition,
    Contribution,
    Kind,
    Priority,
    Side,
    Snooze,
    Source,
    Status,
    Stretch,
    Voice,
)
from tests.exporters.test_card_content import CATALOGUE
from tests.exporters.test_card_html import Reader

WORDS = st.text(max_size=30)
SHARES = st.none() | st.floats(0, 1)
NUMBERS = st.floats(-1e9, 1e9)
TIMES = st.integers(0, 4_102_444_800_000)
VOICES = st.sampled_from(get_args(Voice))
LANGUAGES = st.sampled_from(get_args(Language))
STRETCHES = st.builds(Stretch, TIMES, TIMES, st.floats(0, 1))
CONTRIBUTIONS = st.builds(
    Contribution, WORDS | st.sampled_from(["hr", "spo2"]), NUMBERS, WORDS | st.sampled_from(["1/min", "%"]),
    st.none() | NUMBERS, st.none() | NUMBERS, SHARES, st.lists(STRETCHES, max_size=2),
)  # fmt: skip
ADVICE = st.builds(
    Advice, WORDS, WORDS, VOICES, st.sampled_from(get_args(Kind)),
    WORDS | st.sampled_from(sorted(CATALOGUE.entries)), st.booleans(),
)  # fmt: skip
ALERTS = st.builds(
    Alert,
    id=WORDS, revision=st.integers(1, 99), wearer=WORDS, condition=st.sampled_from(get_args(Condition)),
    status=st.sampled_from(get_args(Status)), priority=st.sampled_from(get_args(Priority)), title=WORDS,
    onset=TIMES, updated=TIMES, source=st.just(Source("vitals", 0, 1)), side=st.sampled_from(get_args(Side)),
    also=st.lists(st.sampled_from(get_args(Condition)), max_size=2), cause=st.none() | WORDS,
    probability=SHARES, confidence=SHARES, historic=st.booleans(),
    context=st.sampled_from(["", *get_args(Context)]) | WORDS,
    contributions=st.lists(CONTRIBUTIONS, max_size=5), quality=SHARES,
    models=st.dictionaries(WORDS, WORDS, max_size=2), config=WORDS, advice=st.lists(ADVICE, max_size=12),
    clears=WORDS, acknowledged_by=st.none() | WORDS, snooze=st.none() | st.builds(Snooze, TIMES, WORDS),
    usefulness=SHARES, delayed_s=st.integers(0, 9999), suppressed=st.integers(0, 99),
)  # fmt: skip


@given(ALERTS, VOICES, LANGUAGES)
def test_every_alert_has_a_card_in_every_form(alert: Alert, voice: Voice, language: Language) -> None:
    card = card_of(alert, CATALOGUE, voice, language)

    assert msgspec.json.decode(msgspec.json.encode(card), type=Card) == card
    assert len(card.vitals) <= VITALS
    assert len(card.advice) <= LINES * len(get_args(Kind))
    assert printable(alert.wearer) in text_card(card).plain
    assert printable(alert.title) in line(alert).plain
    assert all(row == printable(row) for row in f"{text_card(card).plain}{line(alert).plain}".split("\n"))
    html = html_page(card)
    page = Reader(html)
    assert all(row == printable(row) for row in html.split("\n"))
    assert page.open == []
    assert {tag for tag, _ in page.elements} <= {
        "html", "head", "meta", "title", "style", "body", "main", "article", "header", "section", "h2", "h3",
        "p", "span", "time", "table", "thead", "tbody", "tr", "th", "td", "svg", "path", "circle", "dl", "dt",
        "dd", "small",
    }  # fmt: skip


@given(ALERTS, VOICES, LANGUAGES)
def test_a_card_says_nothing_of_a_usual_that_is_not_known(
    alert: Alert, voice: Voice, language: Language
) -> None:
    for vital in card_of(alert, CATALOGUE, voice, language).vitals:
        if vital.usual is None or vital.change is None:
            assert vital.direction == "unknown"
