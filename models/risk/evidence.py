"""Evidence for each condition from one view: how grave, how probable, and which vitals say so."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from models.deep.asks import Ask
from models.policy.rules import Policy, Rule
from models.risk.contribution import beside_usual
from models.view import View
from streams.records import Contribution

# Distance from the first edge at which a reading is clearly on one side of it (in the reading's unit): makes
# a steadily rising risk out of an edge. Not a calibrated probability of harm.
SOFTNESS = {
    "deterioration": 1.0,
    "anomaly": 1.0,
    "desaturation": 1.5,
    "fever": 0.4,
    "resting_heart_rate": 8.0,
    "glucose": 15.0,
}

WORST = 3
"""Points of a NEWS2 part at its worst."""

MIDDLE = {"resting_heart_rate": 75.0, "glucose": 120.0}
"""Conditions with two sides, and a value between them."""


@dataclass(slots=True)
class Evidence:
    """What one moment says of one condition."""

    condition: str
    time: int
    level: int
    risk: float
    contributions: list[Contribution] = field(default_factory=list)
    side: str = ""
    """`high` or `low` where a condition has two sides: each has a course and alerts of its own."""
    probability: float | None = None
    """What a calibrated network says; None where `risk` only rises with danger."""
    cause: str | None = None
    networks: tuple[str, ...] = ()
    """Those that speak here."""
    delay_ms: int | None = None
    """How long it must last, where the rule's own delay is not meant."""
    ask: Ask | None = None
    """The question to a network that speaks for it: what an explanation takes apart."""

    @property
    def key(self) -> str:
        """What the course of this evidence is kept under."""
        return f"{self.condition}:{self.side}" if self.side else self.condition


@dataclass(frozen=True, slots=True)
class Leeway:
    """How much milder edges become for this wearer."""

    oxygen_scale: int = 1


def evidence(view: View, policy: Policy, leeway: Leeway) -> Iterator[Evidence]:
    """Evidence of one minute, for every condition that its readings allow to judge."""
    for condition, judge in JUDGES.items():
        found = judge(view, policy.rules[condition], leeway)
        if found is None:
            continue
        middle = MIDDLE.get(condition)
        if middle is None:
            yield found
        else:
            yield from _sides(found, middle)


def _sides(found: Evidence, middle: float) -> Iterator[Evidence]:
    """Evidence of one side is freedom from the other."""
    high = bool(found.level) and found.contributions[0].value >= middle
    for side, here in (("high", high), ("low", bool(found.level) and not high)):
        if here:
            found.side = side
            yield found
        else:
            yield Evidence(found.condition, found.time, 0, found.risk, [], side)


def _contribution(view: View, signal: str, value: float, share: float | None = None) -> Contribution:
    return beside_usual(signal, value, view.usual.get(signal), share)


def rising_risk(rule: Rule, condition: str, value: float) -> float:
    """A risk in 0..1 that is .5 at the mildest edge and only rises beyond it."""
    beyond = [value - grade.above if grade.above is not None else -math.inf for grade in rule.grades] + [
        grade.below - value if grade.below is not None else -math.inf for grade in rule.grades
    ]
    distance = max(beyond) / SOFTNESS[condition]
    return round(1.0 / (1.0 + math.exp(-max(min(distance, 30.0), -30.0))), 3)


def _single(view: View, rule: Rule, signal: str, softer: float = 0.0) -> Evidence | None:
    """A rule about one steady reading."""
    value = view.steady.get(signal)
    if value is None:
        return None
    level = rule.level(value, softer)
    found = Evidence(rule.condition, view.minute, level, rising_risk(rule, rule.condition, value))
    if level:
        found.contributions.append(_contribution(view, signal, value, 1.0))
    return found


def _desaturation(view: View, rule: Rule, leeway: Leeway) -> Evidence | None:
    return _single(view, rule, "spo2", rule.limits["scale_2"] if leeway.oxygen_scale == 2 else 0.0)


def _fever(view: View, rule: Rule, _: Leeway) -> Evidence | None:
    return _single(view, rule, "temp")


def _glucose(view: View, rule: Rule, _: Leeway) -> Evidence | None:
    return _single(view, rule, "glucose")


def _resting_heart_rate(view: View, rule: Rule, _: Leeway) -> Evidence | None:
    if view.context == "active":
        return None
    calm = view.context in ("rest", "asleep")
    usual = view.usual.get("hr")
    found = _single(view, rule, "hr", 0.0 if calm else rule.limits["recovering"])
    if found is None or not calm:
        return found
    if usual is None:
        return _asleep_unknown(view, rule, found)
    value, mean, spread = view.steady["hr"], usual.mean, usual.spread
    far = rule.limits["spreads"] * spread
    if found.level and value < mean and value > mean - rule.limits["athlete"] and value > 33:
        found.level, found.contributions = 0, []
    own = value >= max(mean + far, rule.limits["own_above"]) or value <= min(
        mean - far, rule.limits["own_below"]
    )
    if own and not found.level:
        found.level = 1
        found.contributions.append(_contribution(view, "hr", value, 1.0))
    return found


def _asleep_unknown(view: View, rule: Rule, found: Evidence) -> Evidence:
    """A slow pulse in sleep of a person whose usual is not known needs to be slower still."""
    if view.context == "asleep" and found.level and view.steady["hr"] < 60:
        found.level = rule.level(view.steady["hr"], rule.limits["asleep"])
        found.contributions = found.contributions if found.level else []
    return found


def _deterioration(view: View, rule: Rule, _: Leeway) -> Evidence | None:
    score = view.score
    if score is None:
        return None
    # A total at an edge, or any single part at its worst (RCP 2017: both call for an urgent review).
    level = max(rule.level(score.low), int(any(part.points == WORST for part in score.parts)))
    found = Evidence("deterioration", view.minute, level, rising_risk(rule, "deterioration", score.low))
    if level:
        parts = sorted((p for p in score.parts if p.points), key=lambda p: -p.points)
        found.contributions = [
            _contribution(view, p.signal, p.value, round(p.points / score.low, 3)) for p in parts
        ]
    return found


def _anomaly(view: View, rule: Rule, _: Leeway) -> Evidence | None:
    surprise = view.surprise
    if surprise is None or not surprise.known:
        return None
    limits = rule.limits
    far = sum(abs(z) >= limits["deviation"] for z in surprise.deviations.values())
    level = rule.level(surprise.rarity) if far >= limits["deviating"] else 0
    found = Evidence("anomaly", view.minute, level, rising_risk(rule, "anomaly", surprise.rarity))
    if level:
        ranked = sorted(surprise.shares.items(), key=lambda item: -item[1])
        found.contributions = [
            _contribution(view, signal, view.values[signal], share)
            for signal, share in ranked
            if signal in view.values
        ]
    return found


JUDGES: dict[str, Callable[[View, Rule, Leeway], Evidence | None]] = {
    "deterioration": _deterioration,
    "anomaly": _anomaly,
    "desaturation": _desaturation,
    "fever": _fever,
    "resting_heart_rate": _resting_heart_rate,
    "glucose": _glucose,
}
