"""How sure an alert is of its reason: one minus the width of the interval around its evidence.

Not a probability of being right: 1 means that nothing known would move the evidence across its edge, and it
falls with poor signal quality, a normal that is not known, a context that is not known, and evidence that
lies near its edge.
"""

from __future__ import annotations

import math
from typing import Final

from models.risk.found import Evidence
from models.view import View

# Half widths, log-odds of the evidence's risk (1 = one `SOFTNESS` of its reading), that add up.
LEAST: Final = 0.25
"""Of any reading."""
POOR: Final = 2.0
"""For a minute without one usable sample; in proportion before that."""
NO_NORMAL: Final = 0.4
"""The wearer's own usual is not known yet."""
NO_CONTEXT: Final = 0.4
FACTS: Final = frozenset({"collect_again", "stale_data", "long_term_risk"})
"""Conditions that are stated, not estimated."""
FURTHEST: Final = 7.0


def confidence(found: Evidence, view: View | None) -> float | None:
    """Confidence in evidence, 0 to 1; None for what is stated and not estimated."""
    if found.condition in FACTS:
        return None
    share = min(max(found.risk if found.probability is None else found.probability, 0.001), 0.999)
    middle, half = math.log(share / (1.0 - share)), _half(found, view)
    return round(1.0 - (_share(middle + half) - _share(middle - half)), 2)


def _half(found: Evidence, view: View | None) -> float:
    half = LEAST
    if view is None:
        return half
    signals = [contribution.signal for contribution in found.contributions]
    shares = [view.quality[signal].share for signal in signals if signal in view.quality]
    half += POOR * (1.0 - min(shares, default=1.0))
    half += NO_NORMAL * any(signal not in view.usual for signal in signals)
    return half + NO_CONTEXT * (view.context == "unknown")


def _share(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-logit))
