"""What a number of a profile can be.

What lies outside is in another unit (glucose in mmol/L, a temperature in °F) or a slip, and would silence
a rule: it is left out, and the rule's own number stands.
"""

from __future__ import annotations

from typing import Final, get_args

from models.signals.activity import Context
from models.signals.catalogue import SIGNALS

CONTEXTS: Final = frozenset({"", *get_args(Context)})
EDGES: Final = {
    "desaturation": "spo2",
    "fever": "temp",
    "resting_heart_rate": "hr",
    "blood_pressure": "sbp",
    "glucose": "glucose",
}
"""Conditions whose edge is in the unit of a signal."""
SCORES: Final = {"deterioration": (1.0, 20.0), "shock": (0.1, 5.0)}
"""Lowest and highest edge of scores: NEWS2 goes to 20 (RCP 2017); a shock index above 5 is nobody's."""


def edge_range(condition: str) -> tuple[float, float] | None:
    """Lowest and highest edge that a clinician can set; None where the condition has none."""
    signal = SIGNALS.get(EDGES.get(condition, ""))
    return SCORES.get(condition) if signal is None else (signal.low, signal.high)


def possible_edge(condition: str, edge: float | None) -> float | None:
    """The edge, if it can be one of this condition; else None."""
    found = edge_range(condition)
    return edge if found is not None and edge is not None and found[0] <= edge <= found[1] else None


def possible_usual(name: str, value: float) -> bool:
    """Whether a value can be usual for `signal` or `signal@context`."""
    signal, _, context = name.partition("@")
    known = SIGNALS.get(signal)
    return known is not None and context in CONTEXTS and known.low <= value <= known.high
