"""What an alert's card holds, in one voice and language: the one source of its JSON, text and HTML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from msgspec import Struct

from exporters.alerts.card_words import words
from models.advice import Catalogue, Language
from streams.records import (
    Advice,
    Alert,
    Answer,
    Condition,
    Contribution,
    Kind,
    Millis,
    Priority,
    Snooze,
    Status,
    Voice,
)

VITALS = 3
"""Vitals that a card shows: those that count most."""
LINES = 3
"""Lines of advice of one kind that a card shows."""
NEAR = 0.005
"""A change of less than this share of the usual has no direction."""

Direction = Literal["above", "below", "level", "high", "low", "unknown"]


class Vital(Struct, frozen=True):
    """One vital that counts: value, own usual, change. None = not known, which never means normal."""

    signal: str
    name: str
    value: float
    unit: str
    usual: float | None
    change: float | None
    direction: Direction
    share: float | None
    most_at: Millis | None
    """When it spoke most for the alert, where a network tells."""


class Card(Struct, frozen=True):
    """All that a person needs to judge an alert."""

    alert: str
    revision: int
    wearer: str
    language: Language
    voice: Voice
    condition: Condition
    title: str
    title_language: Language
    """`en` where nobody has translated it."""
    priority: Priority
    direction: Direction
    status: Status
    since: Millis
    updated: Millis
    historic: bool
    also: list[Condition]
    cause: str | None
    cause_language: Language
    context: str
    vitals: list[Vital]
    quality: float | None
    confidence: float | None
    probability: float | None
    models: dict[str, str]
    rules: str
    advice: list[Advice]
    clears: str
    clears_language: Language
    acknowledged_by: str | None
    snooze: Snooze | None
    usefulness: float | None
    delayed_s: int
    suppressed: int
    answer: Answer | None


def card_of(
    alert: Alert,
    catalogue: Catalogue,
    voice: Voice = "wearer",
    language: Language = "en",
    advice: Sequence[Advice] | None = None,
) -> Card:
    """The card of an alert. `advice`, where given, speaks instead of the alert's own."""
    said = words(language)
    title, clears = said.sentence(alert.title), said.sentence(alert.clears)
    cause = said.sentence(alert.cause or "")
    vitals = [_vital(contribution, language) for contribution in _leading(alert.contributions)]
    return Card(
        alert=alert.id,
        revision=alert.revision,
        wearer=alert.wearer,
        language=language,
        voice=voice,
        condition=alert.condition,
        title=title.text,
        title_language=title.language,
        priority=alert.priority,
        direction=_direction(alert, vitals),
        status=alert.status,
        since=alert.onset,
        updated=alert.updated,
        historic=alert.historic,
        also=alert.also,
        cause=alert.cause and cause.text,
        cause_language=cause.language,
        context=alert.context,
        vitals=vitals,
        quality=alert.quality,
        confidence=alert.confidence,
        probability=alert.probability,
        models=alert.models,
        rules=alert.config,
        advice=list(advice) if advice is not None else advice_of(alert, catalogue, voice, language),
        clears=clears.text,
        clears_language=clears.language,
        acknowledged_by=alert.acknowledged_by,
        snooze=alert.snooze,
        usefulness=alert.usefulness,
        delayed_s=alert.delayed_s,
        suppressed=alert.suppressed,
        answer=alert.answer,
    )


def advice_of(alert: Alert, catalogue: Catalogue, voice: Voice, language: Language) -> list[Advice]:
    """The alert's advice in one voice and language, by kind; where none has this voice, all of it.

    An alert of several conditions has advice for each, the gravest first: what it repeats is left out.
    """
    own = [advice for advice in alert.advice if advice.voice == voice] or alert.advice
    once = {(advice.kind, advice.text): advice for advice in reversed(own)}
    kinds: tuple[Kind, ...] = get_args(Kind)
    return [
        catalogue.translate(advice, language)
        for kind in kinds
        for advice in [found for found in reversed(once.values()) if found.kind == kind][:LINES]
    ]


def _leading(contributions: Sequence[Contribution]) -> list[Contribution]:
    """Those with the largest share; of equals the first."""
    return sorted(contributions, key=lambda c: -(c.share or 0.0))[:VITALS]


def _vital(contribution: Contribution, language: Language) -> Vital:
    stretches = contribution.stretches
    return Vital(
        signal=contribution.signal,
        name=words(language).of("signal", contribution.signal),
        value=contribution.value,
        unit=contribution.unit,
        usual=contribution.usual,
        change=contribution.change,
        direction=_towards(contribution),
        share=contribution.share,
        most_at=max(stretches, key=lambda stretch: stretch.share).start if stretches else None,
    )


def _towards(contribution: Contribution) -> Direction:
    if contribution.change is None or contribution.usual is None:
        return "unknown"
    if abs(contribution.change) < NEAR * max(abs(contribution.usual), 1e-9):
        return "level"
    return "above" if contribution.change > 0 else "below"


def _direction(alert: Alert, vitals: Sequence[Vital]) -> Direction:
    """The alert's own side; else where the vital that counts most has gone."""
    if alert.side:
        return alert.side
    return vitals[0].direction if vitals else "unknown"
