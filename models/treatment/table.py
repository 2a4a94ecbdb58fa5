"""What harm each medicine can do to a vital, and from where on it is harm: one row a group and vital."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

NEWS2 = "RCP, NEWS2, 2017"
SLOWED = (
    f"ESC heart failure guideline 2021, practical guidance on beta blockers: below 50; {NEWS2}: 40 and less"
)
"""The mild edge is the one from which an own slow pulse counts elsewhere (`own_below` of the policy)."""


@dataclass(frozen=True, slots=True)
class Harm:
    """One vital that a medicine can move too far, in the vital's unit.

    Level 1 from `edge` on, or from `far` on when it has changed by more than `change` since before; level 2
    from `severe` on. Nothing is harm that was about as bad before: it must have changed by `least`, in sleep
    by `change` (level 1). The edges themselves count as harm.
    """

    prefixes: tuple[str, ...]
    signal: str
    side: Literal["low", "high"]
    edge: float
    severe: float | None
    least: float
    source: str
    far: float | None = None
    change: float = 0.0
    asleep: float = 0.0
    """How much further the edges lie in sleep, or at night where nobody knows whether it is."""
    lasts_ms: int = 0
    """How long it must last, or be measured again after."""
    gap_ms: int = 0
    """A time without such a reading that does not end it."""
    softness: float = 1.0
    """Distance from the edge at which it is clearly on one side."""


SLOWING: Final = ("C07", "C08D", "C01EB17", "C01AA05", "C01BD01", "N06DA")
LOWERING: Final = ("C02", "C03", "C07", "C08", "C09", "C01DA", "G04CA")
MINUTE: Final = 60_000

HARMS: Final = (
    Harm(SLOWING, "hr", "low", 46, 40, 10, SLOWED, far=49.9, change=20, asleep=6,
        lasts_ms=10 * MINUTE, gap_ms=5 * MINUTE, softness=5),
    Harm(LOWERING, "sbp", "low", 99.9, 90, 10, f"{NEWS2}: 2 and 3 points", lasts_ms=MINUTE,
        gap_ms=60 * MINUTE, softness=8),
    Harm(
        ("N02A", "N07BC"), "rr", "low", 10, 8, 2, f"opioids: under 8 to 10 a minute (APSF 2018); {NEWS2}",
        lasts_ms=5 * MINUTE, gap_ms=5 * MINUTE, softness=1.5,
    ),
    Harm(
        ("A10A", "A10BB", "A10BX02", "A10BX03", "A10BX08"), "glucose", "low", 69.9, 53.9, 0,
        "ADA Standards of Care 2024: level 1 under 70, level 2 under 54; after 15 minutes again",
        lasts_ms=15 * MINUTE, gap_ms=30 * MINUTE, softness=15,
    ),
    Harm(
        ("H02AB",), "glucose", "high", 250.1, None, 30, "ADA, ATTD 2019: above 250 is very high", softness=15,
        lasts_ms=15 * MINUTE, gap_ms=30 * MINUTE,
    ),
    Harm(
        ("R03A", "R03C", "H03AA", "N06BA"), "hr", "high", 131, 131, 20, f"product labels; {NEWS2}", far=111,
        change=20, lasts_ms=10 * MINUTE, gap_ms=5 * MINUTE, softness=8,
    ),
)  # fmt: skip
