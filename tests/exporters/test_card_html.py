"""A card in a browser: whole, escaped, readable without colours, and asking the network for nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import msgspec
import pytest

from exporters.alerts.card_content import card_of
from exporters.alerts.card_html import html_card, html_page, style
from exporters.alerts.card_svg import svg_change
from models.advice import Language
from streams.records import Advice, Answer, Contribution, Snooze
from tests.exporters.test_card_content import CATALOGUE, example

VOID = {"meta", "link", "br", "img"}
EVIL = "<script>alert(1)</script>\"'&"


class Reader(HTMLParser):
    """Collects elements, attributes and text; fails on an element that is not closed in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        assert len(dict(attrs)) == len(attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_page_is_well_formed_and_says_its_language(language: Language) -> None:
    page = Reader(html_page(card_of(example(), CATALOGUE, language=language)))

    assert page.open == []
    assert page.all("html") == [{"lang": {"en": "en", "zh": "zh-Hans"}[language]}]
    assert {"meta", "title", "style", "main", "article", "header", "h2", "table", "dl"} <= {
        tag for tag, _ in page.elements
    }
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))


def test_a_card_shows_every_part() -> None:
    text = Reader(html_card(card_of(example(), CATALOGUE))).text

    for part in (
        "high priority", "too low", "Low oxygen saturation", "raised", "2025-10-09 08:53 UTC", "asleep",
        "found in old data", "oxygen saturation", "84 %", "96.2 %", "−12.2", "80%", "Now", "Watch",
        "Seek help", "NHS England", "usable data", "93%", "confidence", "80%", "probability", "91%",
        "vital signs together", "clinician's threshold", "acknowledged by", "nurse-7",
        "snoozed until", "2025-10-09 09:53 UTC, by nurse-8", "useful, false alarm, by nurse-9",
        "found useful", "75%", "60", "2",
        "ten minutes at 91 % or more", "rhythm 3, quality 1", "abc123def456", "w1", "a1 · revision 1",
    ):  # fmt: skip
        assert part in text, part


def test_what_comes_from_a_record_is_escaped() -> None:
    hostile = example(
        wearer=EVIL, title=EVIL, cause=EVIL, clears=EVIL, context=EVIL, config=EVIL,
        models={EVIL: EVIL}, acknowledged_by=EVIL, snooze=Snooze(0, EVIL), answer=Answer(None, True, EVIL),
        advice=[Advice(EVIL, EVIL)], contributions=[Contribution(EVIL, 1.0, EVIL, 2.0, -1.0, 1.0)],
    )  # fmt: skip

    page = html_page(card_of(msgspec.structs.replace(hostile, id=EVIL), CATALOGUE))

    read = Reader(page)
    assert read.all("script") == []
    assert read.open == []
    assert read.text.count("<script>alert(1)</script>") >= 10


def test_a_page_asks_the_network_for_nothing() -> None:
    page = html_page(card_of(example(), CATALOGUE))

    names = {name for _, attributes in Reader(page).elements for name in attributes}
    assert names.isdisjoint({"src", "srcset", "href", "action", "style", "background", "onload"})
    assert not re.search(r"url\(|@import|https?:", page)
    assert "default-src &#x27;none&#x27;" in page


def test_a_page_is_for_light_and_dark() -> None:
    assert "prefers-color-scheme:dark" in style()
    assert 'name="color-scheme" content="light dark"' in html_page(card_of(example(), CATALOGUE))


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2) of `#rgb` or `#rrggbb`."""
    digits = colour[1:] if len(colour) == 7 else "".join(digit * 2 for digit in colour[1:])
    parts = [int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_colour_of_text_can_be_read(scheme: str) -> None:
    light, dark = style().split("@media")
    part = dark if scheme == "dark" else light
    [back] = re.findall(r"--back:(#\w+)", part)
    colours = re.findall(r"--(?:ink|soft|mark):(#\w+)", part)

    assert len(colours) == 6
    for colour in colours:
        bright, dim = sorted((luminance(colour), luminance(back)), reverse=True)
        assert (bright + 0.05) / (dim + 0.05) >= 4.5, colour


def test_people_who_hear_the_page_are_told_what_the_picture_shows() -> None:
    read = Reader(html_card(card_of(example(), CATALOGUE)))

    heading = read.all("article")[0]["aria-labelledby"]
    assert heading == read.all("h2")[0]["id"]
    assert {attributes.get("scope") for attributes in read.all("th")} == {"col", "row"}
    assert all(attributes["role"] == "img" for attributes in read.all("svg"))
    assert "oxygen saturation: below usual −12.2" in read.text
    assert read.all("time")[0] == {"datetime": "2025-10-09T08:53:20Z"}


def test_what_nobody_translated_is_marked_as_english() -> None:
    read = Reader(html_card(card_of(example(title="Low on the moon"), CATALOGUE, language="zh")))

    assert {"lang": "en"} in read.all("span")


def test_what_was_worded_by_a_model_says_so() -> None:
    worded = [Advice("Sit up and rest.", "NHS", generated=True)]

    assert "worded by a language model" in html_card(card_of(example(), CATALOGUE, advice=worded))


@pytest.mark.parametrize(
    ("usual", "change", "shown"),
    [(100.0, 10.0, "H70.6"), (100.0, -10.0, "H49.4"), (100.0, 900.0, "H113.0"), (100.0, 0.0, "<circle")],
)
def test_an_arrow_points_from_the_usual_to_the_value_as_far_as_it_went(
    usual: float, change: float, shown: str
) -> None:
    reasons = [Contribution("hr", usual + change, "1/min", usual, change, 1.0)]
    vital = card_of(example(contributions=reasons), CATALOGUE).vitals[0]

    picture = svg_change(vital, "heart rate")

    assert shown in picture
    assert Reader(picture).open == []


def test_without_a_usual_there_is_no_picture() -> None:
    vital = card_of(example(contributions=[Contribution("hr", 90.0, "1/min")]), CATALOGUE).vitals[0]

    assert svg_change(vital, "heart rate") == ""
