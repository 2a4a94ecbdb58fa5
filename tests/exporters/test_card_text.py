"""A card at the terminal."""

from __future__ import annotations

from exporters.alerts.card_content import card_of
from exporters.alerts.card_text import text_card
from streams.records import Advice
from tests.exporters.test_card_content import CATALOGUE, example


def test_the_whole_card_of_an_alert() -> None:
    advice = [Advice("Sit up and rest.", "NHS", kind="now"), Advice("Call now.", "NHS", kind="seek_help")]

    shown = text_card(card_of(example(advice=advice), CATALOGUE)).plain

    assert shown.splitlines() == [
        " high priority  ↓ Low oxygen saturation",
        "  too low · raised · since 2025-10-09 08:53 UTC · updated 2025-10-09 08:54 UTC · asleep"
        " · found in old data",
        "  also: vital signs together",
        "  cause: clinician's threshold",
        "  acknowledged by nurse-7",
        "  snoozed until 2025-10-09 09:53 UTC, by nurse-8",
        "  answer: useful, false alarm, by nurse-9",
        "",
        "  ↓ oxygen saturation  84 %     own usual 96.2 %   −12.2  80%",
        "  ↑ respiratory rate   25 /min  own usual 15 /min  +10    20%",
        "  = temperature        36.6 °C  own usual 36.6 °C  +0     10%",
        "",
        "  Now: Sit up and rest. [NHS]",
        "  Seek help: Call now. [NHS]",
        "  Ends after: ten minutes at 91 % or more",
        "",
        "  usable data 93% · confidence 80% · probability 91%",
        "  found useful 75%",
        "  delayed by answers, s: 60",
        "  held back by the rate limit: 2",
        "  models: rhythm 3, quality 1 · rules abc123def456",
        "  wearer w1 · alert a1 · revision 1",
    ]


def test_the_same_card_in_chinese() -> None:
    shown = text_card(card_of(example(), CATALOGUE, "wearer", "zh")).plain.splitlines()

    assert shown[0] == " 高优先级  ↓ 血氧饱和度偏低"
    assert any(
        line.startswith("  现在：请坐直并保持清醒，不要独处。把手捂暖并保持不动，再测一次。")
        for line in shown
    )
    assert "  结束条件：达到91%及以上满十分钟" in shown


def test_a_bare_alert_says_what_is_not_stated() -> None:
    bare = example(
        contributions=[], advice=[], clears="", quality=None, confidence=None, probability=None, models={},
        config="", acknowledged_by=None, snooze=None, also=[], cause=None, historic=False, context="",
        side="", usefulness=None, delayed_s=0, suppressed=0, answer=None,
    )  # fmt: skip

    shown = text_card(card_of(bare, CATALOGUE)).plain.splitlines()

    assert [line for line in shown if line] == [
        " high priority  Low oxygen saturation",
        "  raised · since 2025-10-09 08:53 UTC · updated 2025-10-09 08:54 UTC",
        "  usable data not stated · confidence not stated · probability not stated",
        "  models: rules only · rules not stated",
        "  wearer w1 · alert a1 · revision 1",
    ]


def test_what_was_worded_by_a_model_says_so() -> None:
    worded = [Advice("Sit up and rest.", "NHS", generated=True)]

    assert (
        "Sit up and rest. (worded by a language model) [NHS]"
        in text_card(card_of(example(), CATALOGUE, advice=worded)).plain
    )


def test_text_is_text_not_markup() -> None:
    assert "[red]w[/red]" in text_card(card_of(example(title="[red]w[/red]"), CATALOGUE)).plain
