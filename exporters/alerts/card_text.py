"""An alert's card as text: for a terminal with colours, and plain (`.plain`)."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len
from rich.text import Text

from exporters.alerts.card import STYLES
from exporters.alerts.card_content import Card, Vital
from exporters.alerts.card_value import usual_of, value_of
from exporters.alerts.card_words import Words, clock, percent, words
from streams.printable import printable

ARROWS = {"above": "↑", "high": "↑", "below": "↓", "low": "↓", "level": "=", "unknown": " "}


def text_card(card: Card) -> Text:
    """The whole card over some lines."""
    said = words(card.language)
    text = Text()
    text.append(f" {said.of('priority', card.priority)} ", STYLES[card.priority])
    text.append(f" {ARROWS[card.direction]}".rstrip() + f" {printable(card.title)}\n", "bold")
    blocks = [list(block(card, said)) for block in (_when, _table, _advice, _rest)]
    for number, block in enumerate(block for block in blocks if block):
        text.append("\n" if number else "")
        for line in block:
            text.append(f"{printable(line)}\n")
    return text


def _when(card: Card, said: Words) -> Iterator[str]:
    since = f"{said('since')} {clock(card.since)}"
    parts = [said.of("status", card.status), since, f"{said('updated')} {clock(card.updated)}"]
    if card.direction != "unknown":
        parts.insert(0, said.of("direction", card.direction))
    if card.context:
        parts.append(said.of("context", card.context))
    if card.historic:
        parts.append(said("found_late"))
    yield "  " + " · ".join(parts)
    if card.also:
        yield f"  {said('also')}{said('colon')}" + said("comma").join(
            said.of("condition", name) for name in card.also
        )
    if card.cause:
        yield f"  {said('cause')}{said('colon')}{card.cause}"
    yield from _people(card, said)


def _people(card: Card, said: Words) -> Iterator[str]:
    if card.acknowledged_by is not None:
        yield f"  {said('acknowledged')} {card.acknowledged_by or said('nobody')}"
    if card.snooze is not None:
        who = card.snooze.author or said("nobody")
        yield f"  {said('snoozed')} {clock(card.snooze.until)}{said('comma')}{said('by')} {who}"
    if card.answer is not None:
        answer = said.answered(card.answer.useful, card.answer.true_alarm)
        who = card.answer.author or said("nobody")
        yield f"  {said('answered')}{said('colon')}{answer}{said('comma')}{said('by')} {who}"


def _table(card: Card, said: Words) -> list[str]:
    rows = [_row(vital, card, said) for vital in card.vitals]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    return [
        "  "
        + "  ".join(cell + " " * (w - cell_len(cell)) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _row(vital: Vital, card: Card, said: Words) -> tuple[str, ...]:
    usual = usual_of(vital, card, said)
    change = "" if vital.change is None else said.number(vital.change, signed=True)
    return (
        f"{ARROWS[vital.direction]} {vital.name}",
        value_of(vital, said),
        f"{said('usual')} {usual}" if usual else "",
        change,
        "" if vital.share is None else percent(vital.share),
        "" if vital.most_at is None else f"{said('most')} {clock(vital.most_at)[11:]}",
    )


def _advice(card: Card, said: Words) -> Iterator[str]:
    for advice in card.advice:
        mark = f" ({said('generated')})" if advice.generated else ""
        yield f"  {said.of('kind', advice.kind)}{said('colon')}{advice.text}{mark} [{advice.source}]"
    if card.clears and card.status != "resolved":
        yield f"  {said('clears')}{said('colon')}{card.clears}"


def _rest(card: Card, said: Words) -> Iterator[str]:
    if card.status != "resolved":
        sure = ((name, getattr(card, name)) for name in ("quality", "confidence", "probability"))
        yield "  " + " · ".join(
            f"{said(name)} {said('not_stated') if share is None else percent(share)}" for name, share in sure
        )
    if card.usefulness is not None:
        yield f"  {said('useful')} {percent(card.usefulness)}"
    for name, count in (("delayed", card.delayed_s), ("suppressed", card.suppressed)):
        if count:
            yield f"  {said(name)}{said('colon')}{count}"
    models = said("comma").join(f"{name} {version}" for name, version in card.models.items())
    rules = card.rules or said("not_stated")
    yield f"  {said('models')}{said('colon')}{models or said('no_models')} · {said('rules')} {rules}"
    named = {"wearer": card.wearer, "alert": card.alert, "revision": card.revision}
    yield "  " + " · ".join(f"{said(name)} {value}" for name, value in named.items())
