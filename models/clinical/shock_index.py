"""Shock index: pulse over systolic pressure.

Source: usual .5 to .7 in adults at rest (Allgöwer and Burri 1967; Rady et al., Ann Emerg Med 1994), above 1.0
a poor outlook. Medicines that hold the pulse down hide it (`models.clinical.medicines`).
"""

from __future__ import annotations

from models.clinical.bands import Band, Bands, finding, rounded
from streams.records import Finding

SOURCE = "Allgöwer and Burri 1967; Rady et al. 1994"
STEP = 0.01
TABLE = Bands(
    (0.49, 0.70, 1.00), (Band("below usual", 0), Band("usual", 0), Band("raised", 1), Band("poor", 2)), STEP
)
POOR = 1.01
"""The first index above 1.0 at the table's resolution."""


def shock_index(pulse: float, systolic: float) -> float:
    """Pulse (1/min) over systolic pressure (mmHg), at a resolution of .01."""
    return round(rounded(pulse / systolic, STEP), 2)


def shock_finding(pulse: float, systolic: float) -> Finding:
    """The index with its band."""
    return finding("shock index", shock_index(pulse, systolic), "1", TABLE, SOURCE)
