"""Oxygen saturation at home, on both scales.

Scale 1 by NHS England's pathway of oximetry at home (2021): 95 and more carry on, told as "as wanted", 93 and
94 seek advice, 92 and less emergency. Scale 2, for hypercapnic failure and only when a clinician prescribed
it: target 88 to 92 % (RCP, NEWS2, 2017). Oximeters read too high more often on darker skin (Sjoding et al.,
NEJM 2020): a reading near an edge may hide a lower saturation.
"""

from __future__ import annotations

from models.clinical.bands import Band, Bands, finding
from streams.records import Finding

SKIN = "errors differ by skin tone"
HOME_SOURCE = f"NHS England, oximetry at home, 2021; {SKIN}"
SCALE_2_SOURCE = f"RCP, NEWS2 scale 2, 2017; {SKIN}"

SCALE_1 = Bands((92, 94), (Band("emergency", 2), Band("seek advice", 1), Band("as wanted", 0)), 1)
_BELOW = (
    Band("far below target", 3),
    Band("below target", 2),
    Band("just below target", 1),
    Band("on target", 0),
)
SCALE_2_ON_AIR = Bands((83, 85, 87, 92), (*_BELOW, Band("above target on air", 0)), 1)
SCALE_2_ON_OXYGEN = Bands(
    (83, 85, 87, 92, 94, 96),
    (
        *_BELOW,
        Band("just above target on oxygen", 1),
        Band("above target on oxygen", 2),
        Band("far above target on oxygen", 3),
    ),
    1,
)


def oxygen_finding(value: float, scale: int = 1, on_oxygen: bool | None = None) -> Finding:
    """A saturation (%) with its band on the wearer's scale."""
    if scale == 1:
        return finding("oxygen saturation", value, "%", SCALE_1, HOME_SOURCE)
    bands = SCALE_2_ON_OXYGEN if on_oxygen else SCALE_2_ON_AIR
    return finding("oxygen saturation", value, "%", bands, SCALE_2_SOURCE)
