"""An alert's card as HTML: a fragment, or a page of its own that asks the network for nothing.

Every text that comes from a record is escaped. Meaning never rests on colour alone.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from html import escape as escaped
from importlib.resources import files

from exporters.alerts.card_content import Card, Vital
from exporters.alerts.card_svg import svg_change
from exporters.alerts.card_text import ARROWS
from exporters.alerts.card_value import usual_of, value_of
from exporters.alerts.card_words import Words, clock, percent, stamp, words
from streams.printable import printable
from streams.records import Advice

LANGUAGES = {"en": "en", "zh": "zh-Hans"}
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


@cache
def style() -> str:
    """The style sheet, light and dark."""
    return files("exporters.alerts").joinpath("card.css").read_text(encoding="utf-8")


def escape(text: str) -> str:
    """Text as HTML, quotes too."""
    return escaped(printable(text))


def html_page(card: Card) -> str:
    """A whole page."""
    return (
        f'<!doctype html>\n<html lang="{LANGUAGES[card.language]}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark">'
        f"<title>{escape(card.title)}</title><style>{style()}</style></head>"
        f"<body><main>{html_card(card)}</main></body></html>\n"
    )


def html_card(card: Card) -> str:
    """The card alone, for a page that has `style()` already."""
    said = words(card.language)
    heading = f"vs-{_slug(card.alert)}"
    inside = "".join((
        _head(card, said, heading),
        _vitals(card, said),
        _advice(card, said),
        _facts(card, said),
    ))  # fmt: skip
    return (
        f'<article class="vs-card vs-{card.priority}" lang="{LANGUAGES[card.language]}"'
        f' aria-labelledby="{heading}">{inside}</article>'
    )


def _slug(text: str) -> str:
    """What may stand in an id."""
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_") else "-" for c in text)


def _el(name: str, *inside: str, **attributes: str) -> str:
    """An element. What is inside is HTML already; attributes are escaped here."""
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in attributes.items()
    )
    return f"<{name}{shown}>{''.join(inside)}</{name}>"


def _time(millis: int) -> str:
    return _el("time", clock(millis), datetime=stamp(millis))


def _worded(text: str, language: str, card: Card) -> str:
    """Escaped text, marked where its language is not the card's."""
    return escape(text) if language == card.language else _el("span", escape(text), lang=language)


def _head(card: Card, said: Words, heading: str) -> str:
    level = escape(said.of("priority", card.priority))
    if card.direction != "unknown":
        arrow = _el("span", ARROWS[card.direction], aria_hidden="true")
        level += f" {arrow} {escape(said.of('direction', card.direction))}"
    status = [
        escape(said.of("status", card.status)),
        f"{escape(said('since'))} {_time(card.since)}",
        f"{escape(said('updated'))} {_time(card.updated)}",
        *([escape(said.of("context", card.context))] if card.context else []),
        *([escape(said("found_late"))] if card.historic else []),
    ]
    title = _el("h2", _worded(card.title, card.title_language, card), id=heading)
    return _el(
        "header", _el("p", level, class_="vs-level"), title, _el("p", " · ".join(status), class_="vs-soft")
    )


def _vitals(card: Card, said: Words) -> str:
    if not card.vitals:
        return ""
    names = ("vital", "value", "usual", "change", "share")
    head = _el("tr", *(_el("th", escape(said(name)), scope="col") for name in names))
    rows = (_vital(vital, card, said) for vital in card.vitals)
    return _el("h3", escape(said("vitals"))) + _el("table", _el("thead", head), _el("tbody", *rows))


def _vital(vital: Vital, card: Card, said: Words) -> str:
    direction = said.of("direction", vital.direction)
    usual = usual_of(vital, card, said)
    change = "–" if vital.change is None else said.number(vital.change, signed=True)
    picture = svg_change(vital, f"{vital.name}{said('colon')}{direction} {change}")
    most = "" if vital.most_at is None else f" ({escape(said('most'))} {_time(vital.most_at)})"
    return _el(
        "tr",
        _el("th", escape(vital.name), scope="row"),
        _el("td", escape(value_of(vital, said)), most),
        _el("td", escape(usual)),
        _el("td", escape(change), " ", picture),
        _el("td", "–" if vital.share is None else percent(vital.share)),
    )


def _advice(card: Card, said: Words) -> str:
    if not card.advice:
        return ""
    pairs = ((said.of("kind", advice.kind), _told(advice, said)) for advice in card.advice)
    return _el("section", _el("h3", escape(said("advice"))), _list(pairs))


def _told(advice: Advice, said: Words) -> str:
    mark = f" · {escape(said('generated'))}" if advice.generated else ""
    return escape(advice.text) + " " + _el("small", escape(advice.source), mark, class_="vs-soft")


def _facts(card: Card, said: Words) -> str:
    return _el("section", _el("h3", escape(said("how_sure"))), _list(_rows(card, said)))


def _rows(card: Card, said: Words) -> Iterable[tuple[str, str]]:
    """What else there is to know, name and HTML."""
    over = card.status == "resolved"
    for name in () if over else ("quality", "confidence", "probability"):
        share = getattr(card, name)
        yield said(name), escape(said("not_stated")) if share is None else percent(share)
    if card.also:
        yield said("also"), escape(said("comma").join(said.of("condition", name) for name in card.also))
    if card.cause:
        yield said("cause"), _worded(card.cause, card.cause_language, card)
    yield from _people(card, said)
    if card.usefulness is not None:
        yield said("useful"), percent(card.usefulness)
    for name, count in (("delayed", card.delayed_s), ("suppressed", card.suppressed)):
        if count:
            yield said(name), str(count)
    if card.clears and not over:
        yield said("clears"), _worded(card.clears, card.clears_language, card)
    models = said("comma").join(f"{name} {version}" for name, version in card.models.items())
    yield said("models"), escape(models or said("no_models"))
    yield said("rules"), escape(card.rules or said("not_stated"))
    yield said("wearer"), escape(card.wearer)
    yield said("alert"), f"{escape(card.alert)} · {escape(said('revision'))} {card.revision}"


def _people(card: Card, said: Words) -> Iterable[tuple[str, str]]:
    """Who has it in hand, who silenced it, and what was answered."""
    if card.acknowledged_by is not None:
        yield said("acknowledged"), escape(card.acknowledged_by or said("nobody"))
    if card.snooze is not None:
        who = escape(card.snooze.author or said("nobody"))
        yield said("snoozed"), f"{_time(card.snooze.until)}{said('comma')}{escape(said('by'))} {who}"
    if card.answer is not None:
        answer, who = said.answered(card.answer.useful, card.answer.true_alarm), card.answer.author
        yield said("answered"), escape(f"{answer}{said('comma')}{said('by')} {who or said('nobody')}")


def _list(pairs: Iterable[tuple[str, str]]) -> str:
    return _el("dl", *(_el("dt", escape(name)) + _el("dd", inside) for name, inside in pairs))
