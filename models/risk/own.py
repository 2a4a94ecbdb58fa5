"""Evidence from the own normal over days: the onset of an infection, and sensors that have shifted."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from models.online.illness import Deviation, Onset
from models.policy.rules import Policy, Rule
from models.risk.contribution import UNITS
from models.risk.found import Evidence
from models.view import Observation, View
from streams.records import Contribution, Drift

TELLING = 1.0
"""Spreads from which on a vital is named."""

Source = Callable[[object, Observation], Iterator[tuple[Evidence, View | None]]]


def own_evidence(policy: Policy) -> Source:
    """A source for `Setting.sources`: what the views' nights and moved usuals say, under these rules."""
    illness, shifted = policy.rules["illness"], policy.rules["sensor_drift"]

    def source(_: object, observation: Observation) -> Iterator[tuple[Evidence, View | None]]:
        for view in observation.views:
            if view.night is not None:
                found = illness_evidence(view.night, illness)
                if found is not None:
                    yield found, view
            moved = [drift for drift in view.moved if drift.kind == "sensor"]
            if moved:
                yield shift_evidence(moved, view.minute, shifted), view

    return source


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


def shift_evidence(moved: list[Drift], time: int, rule: Rule) -> Evidence:
    """Evidence of sensors whose readings have shifted, told once."""
    contributions = [
        Contribution(d.signal, d.after, UNITS[d.signal], d.before, round(d.after - d.before, 2))
        for d in moved
    ]
    return Evidence("sensor_drift", time, rule.level(1.0), 0.0, contributions)


def _contribution(deviation: Deviation, share: float) -> Contribution:
    value, usual = round(deviation.value, 2), round(deviation.usual, 2)
    unit = UNITS[deviation.signal]
    return Contribution(deviation.signal, value, unit, usual, round(value - usual, 2), round(share, 3))
