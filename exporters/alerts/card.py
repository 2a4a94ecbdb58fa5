"""An alert as a person reads it at a terminal: what, who, since when, why, how sure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

from rich.text import Text

from exporters.alerts.card_words import words
from streams.printable import printable
from streams.records import Alert, Contribution, Priority

STYLES: dict[Priority, str] = {
    "high": "bold white on red",
    "medium": "bold black on yellow",
    "low": "bold black on cyan",
    "info": "dim",
}
_ARROWS = {"high": "↑ ", "low": "↓ ", "": ""}
REASONS = 3
SHORT = 8
"""Characters of an id that find the alert: `current.LEAST` and some to spare."""


def card(alert: Alert) -> Text:
    """Two lines, the second with the beginning of the id; colours only where the console has them."""
    text = Text()
    text.append(f"{_clock(alert.updated)}  ", "dim")
    text.append(f" {alert.priority:<6} ", STYLES[alert.priority])
    text.append(f" {alert.status:<12} ")
    text.append(f"{printable(alert.wearer)}  ", "bold")
    text.append(f"{_ARROWS[alert.side]}{printable(alert.title)}")
    if alert.historic:
        text.append("  (found in old data)", "dim")
    details = printable(_details(alert))
    return text.append(f"\n{'':21}{details}", "dim" if alert.status == "resolved" else "")


def _details(alert: Alert) -> str:
    ranked = sorted(alert.contributions, key=lambda c: -(c.share or 0.0))
    parts = [alert.id[:SHORT], *(_reason(contribution) for contribution in ranked[:REASONS])]
    if alert.also:
        parts.append(f"with: {', '.join(words().of('condition', name) for name in alert.also)}")
    if alert.cause:
        parts.append(f"cause: {alert.cause}")
    if alert.updated != alert.onset:
        parts.append(f"since {_clock(alert.onset)}")
    if alert.probability is not None:
        parts.append(f"probability {alert.probability:.0%}")
    if alert.confidence is not None and alert.status != "resolved":
        parts.append(f"confidence {alert.confidence:.0%}")
    return " · ".join([*parts, *_people(alert)])


def _people(alert: Alert) -> Iterator[str]:
    """Who has seen it, and who silenced it until when."""
    if alert.acknowledged_by is not None:
        yield f"acknowledged by {alert.acknowledged_by or 'somebody'}"
    if alert.snooze is not None:
        yield f"snoozed until {_clock(alert.snooze.until)} by {alert.snooze.author or 'somebody'}"
    if alert.answer is not None:
        said = words().answered(alert.answer.useful, alert.answer.true_alarm)
        yield f"answered by {alert.answer.author or 'somebody'}: {said}"


def _reason(contribution: Contribution) -> str:
    said, unit = words(), contribution.unit
    vital = f"{said.of('signal', contribution.signal)} {said.number(contribution.value, unit)}"
    compared = []
    if contribution.usual is not None:
        compared.append(f"usual {said.number(contribution.usual, unit)}")
    if contribution.stretches:
        clearest = max(contribution.stretches, key=lambda stretch: stretch.share)
        compared.append(f"most at {_clock(clearest.start)[11:]}")
    return f"{vital} ({', '.join(compared)})" if compared else vital


def _clock(millis: int) -> str:
    return f"{datetime.fromtimestamp(millis / 1000, UTC):%Y-%m-%d %H:%M:%S}"
