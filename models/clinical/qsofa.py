"""qSOFA as far as a wearable measures it: breathing, pressure, and mentation that nobody tells.

Source: Singer et al., Sepsis-3, JAMA 2016: one point each for a respiratory rate of 22 or more, a systolic
pressure of 100 or less, altered mentation (Glasgow coma scale below 15); 2 or more is positive.
"""

from __future__ import annotations

from collections.abc import Iterable

from models.clinical.bands import Band, Bands
from streams.records import ClinicalScore, Finding, Part

SOURCE = "Singer et al., Sepsis-3, JAMA 2016"
TABLE = {"rr": Bands((21,), (0, 1), 1), "sbp": Bands((100,), (1, 0), 1), "gcs": Bands((14,), (1, 0), 1)}
POSITIVE = Bands((1,), (Band("negative", 0), Band("positive", 2)), 1)
NAMES = {"rr": "breathing", "sbp": "pressure", "gcs": "mentation"}


def qsofa(parts: Iterable[Part]) -> ClinicalScore | None:
    """Score the parts that count; `low` and `high` bound the total. None when none of them was measured."""
    known = [part for part in parts if part.signal in TABLE]
    found = [Part(part.signal, part.value, part.age_s, TABLE[part.signal].of(part.value)) for part in known]
    if not found:
        return None
    missing = [signal for signal in TABLE if signal not in {part.signal for part in found}]
    low = sum(part.points for part in found)
    return ClinicalScore("qSOFA", low, low + len(missing), found, missing, SOURCE)


def qsofa_finding(score: ClinicalScore) -> Finding:
    """The measured total; short of positive, its band says how much was measured and what was not.

    Graded by what was measured: one point that what is missing could make positive is grade 1, none is 0.
    """
    band = POSITIVE.of(score.low)
    if score.missing and not band.grade:
        missing = " and ".join(NAMES[signal] for signal in score.missing)
        words = f"{score.low} of {len(score.parts)} measured, {missing} not known"
        band = Band(words, int(score.low > 0 and POSITIVE.of(score.high) != band))
    return Finding("qSOFA", score.low, "{score}", band.name, SOURCE, grade=band.grade)
