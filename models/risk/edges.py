"""The edges of a rule for one wearer at one moment: the policy's, moved by context, traits and clinicians."""

from __future__ import annotations

import math
from typing import NamedTuple

from models.person import Limit
from models.policy.rules import Rule

# Distance from the first edge at which a reading is clearly on one side of it (in the reading's unit): makes
# a steadily rising risk out of an edge. Not a calibrated probability of harm.
SOFTNESS = {
    "deterioration": 1.0,
    "anomaly": 1.0,
    "desaturation": 1.5,
    "fever": 0.4,
    "resting_heart_rate": 8.0,
    "glucose": 15.0,
    "shock": 0.1,
    "blood_pressure": 10.0,
}

SETTABLE = {
    "deterioration": ("above",),
    "desaturation": ("below",),
    "fever": ("above",),
    "resting_heart_rate": ("above", "below"),
    "shock": ("above",),
    "blood_pressure": ("above", "below"),
    "glucose": ("above", "below"),
}
"""Edges that a clinician can set, by condition, in the unit of its reading (blood pressure: systolic)."""

CLINICIAN = "clinician's threshold"


class Edges(NamedTuple):
    """Edges of the grades, mildest first; infinite where a grade has none on that side."""

    above: tuple[float, ...]
    below: tuple[float, ...]

    @classmethod
    def of(cls, rule: Rule) -> Edges:
        """The edges that the policy file says."""
        return cls(rule.above, rule.below)

    def level(self, value: float) -> int:
        """The highest grade whose edge the value reaches; 0 = none."""
        for i in range(len(self.above) - 1, -1, -1):
            if value >= self.above[i] or value <= self.below[i]:
                return i + 1
        return 0

    def beyond(self, value: float) -> float:
        """How far past the mildest edge of either side; negative on the safe side."""
        return max(value - min(self.above), max(self.below) - value)

    def softer(self, above: float = 0.0, below: float = 0.0) -> Edges:
        """All edges so much milder."""
        return Edges(tuple([e + above for e in self.above]), tuple([e - below for e in self.below]))

    def not_under(self, above: float) -> Edges:
        """No upper edge under this one."""
        return Edges(tuple([max(edge, above) for edge in self.above]), self.below)

    def not_over(self, below: float) -> Edges:
        """No lower edge over this one."""
        return Edges(self.above, tuple([min(edge, below) for edge in self.below]))

    def mildest(self, above: float | None = None, below: float | None = None) -> Edges:
        """These edges in the place of the mildest ones, no milder than the next grade's: that one stays."""
        if above is not None:
            self = Edges(_mildest(self.above, above), self.below)
        if below is not None:
            mirrored = _mildest(tuple([-edge for edge in self.below]), -below)
            self = Edges(self.above, tuple([-edge for edge in mirrored]))
        return self

    def set_by(self, limit: Limit | None) -> Edges:
        """A clinician's edges in the place of the mildest ones, where the condition has that side."""
        if limit is None:
            return self
        sides = SETTABLE.get(limit.condition, ())
        return self.mildest(
            limit.above if "above" in sides else None, limit.below if "below" in sides else None
        )


def _mildest(edges: tuple[float, ...], new: float) -> tuple[float, ...]:
    first = next((i for i, edge in enumerate(edges) if edge < math.inf), 0)
    graver = edges[first + 1 :]
    return (*edges[:first], min(new, *graver, math.inf), *graver)


def risk_beyond(condition: str, beyond: float) -> float:
    """A risk in 0..1 that is .5 at the mildest edge and only rises beyond it."""
    distance = beyond / SOFTNESS[condition]
    if not -30.0 < distance < 30.0:
        return float(distance > 0.0)
    return round(1.0 / (1.0 + math.exp(-distance)), 3)


def rising_risk(rule: Rule, condition: str, value: float) -> float:
    """The same for a value beside the policy's own edges."""
    return risk_beyond(condition, Edges.of(rule).beyond(value))
