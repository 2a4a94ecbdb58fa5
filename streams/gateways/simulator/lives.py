"""Options of long simulations: lives of weeks, and what happens in them over days."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lives:
    """How wearers live over weeks. A simulation without it knows only days that are alike."""

    nights: bool = True
    """Nights differ: good and bad ones, drinks, late weekends, slow trends."""
    ill: float = 0.3
    """Share of wearers who fall ill once."""
    drifting: float = 0.25
    """Share of wearers with a sensor whose readings shift once."""
    treated: float = 0.25
    """Share of wearers who begin a medicine or a habit. Of the three a wearer has one at most."""
    adverse: float = 0.3
    """Share of beta blockers begun by wearers with a pulse to lose that slow it far too much."""
    hypertension: float = 0.2
    """Share of wearers whose pressure lies well above that of their age."""
    settle_days: float = 5.0
    """Days before any of it, so that there is a usual to compare with."""
