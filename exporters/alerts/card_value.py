"""How a card words one value and its own usual; facts of a person and the time of day have no usual."""

from __future__ import annotations

from exporters.alerts.card_content import Card, Vital
from exporters.alerts.card_words import Words

FACTS = frozenset({"age", "male", "bmi", "local_hour", "meal"})
"""What counts beside the vitals."""
EFFORT = frozenset({"active", "recovering"})
"""Contexts for which no usual is learnt that a reading could be held against."""


def value_of(vital: Vital, said: Words) -> str:
    """The value with its unit; a sex by its word, a time of day by the clock."""
    if vital.signal == "male" and vital.value in (0.0, 1.0):
        return said("male" if vital.value else "female")
    if vital.signal == "local_hour":
        minutes = round(vital.value * 60) % 1440
        return f"{minutes // 60:02}:{minutes % 60:02}"
    return said.number(vital.value, vital.unit)


def usual_of(vital: Vital, card: Card, said: Words) -> str:
    """The own usual; empty where there is none to be known."""
    if vital.usual is not None:
        return said.number(vital.usual, vital.unit)
    return "" if vital.signal in FACTS or card.context in EFFORT else said("unknown_usual")
