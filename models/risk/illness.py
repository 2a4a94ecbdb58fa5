"""Evidence of an infection's onset from a night beside the wearer's own nights."""

from __future__ import annotations

from models.online.illness import Deviation, Onset
from models.policy.rules import Rule
from models.risk.contribution import UNITS
from models.risk.evidence import Evidence
from streams.records import Contribution

TELLING = 1.0
"""Spreads from which on a vital is named."""


def illness_evidence(night: Onset, rule: Rule) -> Evidence | None:
    """Evidence of one night; None while there are too few nights to compare with.

    The rule's edge is in `Onset.strength`, 1 = the edge that the nights were judged by.
    """
    if not night.known:
        return None
    found = Evidence("illness", night.time, rule.level(night.strength), night.risk)
    if found.level:
        telling = [d for d in night.deviations if d.spreads >= TELLING]
        total = sum(d.spreads for d in telling)
        found.contributions = [_contribution(d, d.spreads / total) for d in telling]
    return found


def _contribution(deviation: Deviation, share: float) -> Contribution:
    value, usual = round(deviation.value, 2), round(deviation.usual, 2)
    unit = UNITS[deviation.signal]
    return Contribution(deviation.signal, value, unit, usual, round(value - usual, 2), round(share, 3))
