"""MEOWS: early warning in pregnancy, where NEWS2 must not be used (RCP 2017).

Source: the modified early obstetric warning system of CEMACH (Saving Mothers' Lives, 2007), as validated by
Singh et al., Anaesthesia 2012;67:12-18: a yellow observation is one point here, a red one two; one red or two
yellow trigger. Diastolic pressure, consciousness and pain are not taken from a wearable: missing.
"""

from __future__ import annotations

from collections.abc import Iterable

from models.clinical.bands import Bands
from streams.records import ClinicalScore, Part

SOURCE = "MEOWS, CEMACH 2007; Singh et al., Anaesthesia 2012"
TRIGGER = 2
YELLOW, RED = 1, 2
TABLE = {
    "rr": Bands((9, 20, 30), (RED, 0, YELLOW, RED), 1),
    "spo2": Bands((94,), (RED, 0), 1),
    "sbp": Bands((89, 100, 149, 160), (RED, YELLOW, 0, YELLOW, RED), 1),
    "hr": Bands((39, 50, 99, 120), (RED, YELLOW, 0, YELLOW, RED), 1),
    "temp": Bands((34.9, 36.0, 38.0), (RED, YELLOW, 0, RED), 0.1),
}
UNMEASURED = {"dbp": RED, "consciousness": RED, "pain": YELLOW}


def meows(parts: Iterable[Part]) -> ClinicalScore | None:
    """Score the parts that count; `low` and `high` bound the total. None when none of them was measured."""
    known = [part for part in parts if part.signal in TABLE]
    if not known:
        return None
    found = [Part(part.signal, part.value, part.age_s, TABLE[part.signal].of(part.value)) for part in known]
    worst = {signal: max(TABLE[signal].labels) for signal in TABLE} | UNMEASURED
    missing = [signal for signal in worst if signal not in {part.signal for part in found}]
    low = sum(part.points for part in found)
    return ClinicalScore("MEOWS", low, low + sum(worst[s] for s in missing), found, missing, SOURCE)
