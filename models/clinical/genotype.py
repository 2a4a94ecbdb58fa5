"""Genotypes that change a rule or an advice; a flag that nobody knows here changes nothing and is listed.

Flags are said by a profile as a laboratory's report concludes them, such as `CYP2D6_poor`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Trait:
    """What one genotype changes. `says` are words for an alert, by condition or condition and side.

    With `code` it counts only while a medicine of that ATC prefix is taken.
    """

    flag: str
    source: str
    says: dict[str, str] = field(default_factory=dict)
    code: str = ""
    graver_fever: bool = False
    """Any fever counts as high."""


CPIC_BETA = "CPIC guideline for beta blockers, Clin Pharmacol Ther 2024"
CPIC_OPIOID = "CPIC guideline for opioids, Clin Pharmacol Ther 2021"
STRONGER = dict.fromkeys(("desaturation", "deterioration"), "makes this opioid act more strongly")
CODEINE_AND_TRAMADOL = ("N02AA59", "N02AA79", "N02AJ", "N02AX02", "R05DA04")
"""What CYP2D6 makes active."""

ROWS = (
    Trait(
        "CYP2D6_poor", CPIC_BETA, {"resting_heart_rate:low": "makes metoprolol act more strongly"},
        "C07AB02",
    ),
    *(Trait("CYP2D6_ultrarapid", CPIC_OPIOID, STRONGER, code) for code in CODEINE_AND_TRAMADOL),
    Trait(
        "LQTS", "ESC guidelines for ventricular arrhythmias, 2022",
        {"resting_heart_rate:low": "makes a slow pulse more dangerous"},
    ),
    Trait(
        "BRUGADA", "ESC guidelines for ventricular arrhythmias, 2022 (treat any fever promptly)",
        {"fever": "makes fever dangerous to the heart"}, graver_fever=True,
    ),
)  # fmt: skip

KNOWN = frozenset(row.flag for row in ROWS)
ALSO = {
    "Brugada": "BRUGADA",
    "CYP2D6:poor": "CYP2D6_poor",
    "CYP2D6:ultrarapid": "CYP2D6_ultrarapid",
    "long_qt": "LQTS",
    "LQT1": "LQTS",
    "LQT2": "LQTS",
    "LQT3": "LQTS",
}
"""Other names of flags."""


def traits(flags: Iterable[str], codes: Iterable[str]) -> list[Trait]:
    """What counts for somebody with these flags who takes medicines of these ATC codes."""
    taken = [code.upper() for code in codes]
    held = {ALSO.get(flag, flag) for flag in flags}
    return [
        row
        for row in ROWS
        if row.flag in held and (not row.code or any(code.startswith(row.code) for code in taken))
    ]


def unknown_flags(flags: Iterable[str]) -> list[str]:
    """Flags that no rule here knows, in their order."""
    return [flag for flag in flags if ALSO.get(flag, flag) not in KNOWN]
