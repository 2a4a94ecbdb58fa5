"""NEWS2, as far as a wearable measures it: what was measured, how old it is, what the total can be.

Source: Royal College of Physicians. National Early Warning Score (NEWS) 2. London: RCP, 2017.
"""

from __future__ import annotations

from models.clinical.bands import Bands
from streams.records import ClinicalScore, Part

SOURCE = "Royal College of Physicians, NEWS2, 2017"
MINUTE = 60_000

SPO2_SCALE_1 = Bands((91, 93, 95), (3, 2, 1, 0), 1)
SPO2_SCALE_2_ON_AIR = Bands((83, 85, 87), (3, 2, 1, 0), 1)
SPO2_SCALE_2_ON_OXYGEN = Bands((83, 85, 87, 92, 94, 96), (3, 2, 1, 0, 1, 2, 3), 1)

TABLE = {
    "rr": Bands((8, 11, 20, 24), (3, 1, 0, 2, 3), 1),
    "spo2": SPO2_SCALE_1,
    "sbp": Bands((90, 100, 110, 219), (3, 2, 1, 0, 3), 1),
    "hr": Bands((40, 50, 90, 110, 130), (3, 1, 0, 1, 2, 3), 1),
    "temp": Bands((35.0, 36.0, 38.0, 39.0), (3, 1, 0, 1, 2), 0.1),
    # Alert is 15 of the Glasgow coma scale; new confusion, voice, pain, unresponsive are less.
    "gcs": Bands((14,), (3, 0), 1),
}
OXYGEN_POINTS = 2
CALLED = {"gcs": "consciousness"}
"""Parts by another name than that of their signal."""

VALID_FOR = {"rr": 10, "spo2": 10, "hr": 10, "temp": 120, "sbp": 240, "gcs": 240}
"""Minutes for which a reading may stand for the present."""


def spo2_bands(scale: int, on_oxygen: bool | None) -> Bands[int]:
    """The SpO2 column that applies: scale 2 is for hypercapnic failure, prescribed by a clinician."""
    if scale == 1:
        return SPO2_SCALE_1
    return SPO2_SCALE_2_ON_OXYGEN if on_oxygen else SPO2_SCALE_2_ON_AIR


def news2(
    readings: dict[str, tuple[int, float]], now: int, *, scale: int = 1, on_oxygen: bool | None = None
) -> ClinicalScore | None:
    """Score what was measured: `readings` maps a signal to (time ms, value).

    `low` is the total if all that is missing were normal, `high` if it were the worst; a missing part
    never counts as 0 unsaid. None when nothing valid was measured.
    """
    parts, missing, worst = [], [], 0
    for signal, bands in TABLE.items():
        if signal == "spo2" and scale != 1:
            bands = spo2_bands(scale, on_oxygen)
        reading = readings.get(signal)
        if reading is None or now - reading[0] > VALID_FOR[signal] * MINUTE:
            missing.append(CALLED.get(signal, signal))
            worst += max(bands.labels)
        else:
            age = max(now - reading[0], 0) // 1000
            parts.append(Part(signal, reading[1], age, bands.of(reading[1])))
    if not parts:
        return None
    low = sum(part.points for part in parts)
    if on_oxygen is None:
        missing.append("oxygen")
        worst += OXYGEN_POINTS + _oxygen_would_add(parts, scale)
    elif on_oxygen:
        low += OXYGEN_POINTS
    return ClinicalScore("NEWS2", low, low + worst, parts, missing, SOURCE)


def _oxygen_would_add(parts: list[Part], scale: int) -> int:
    """On scale 2 a high saturation scores only on oxygen: what the total would rise by."""
    if scale == 1:
        return 0
    values = [part.value for part in parts if part.signal == "spo2"]
    return sum(max(SPO2_SCALE_2_ON_OXYGEN.of(v) - SPO2_SCALE_2_ON_AIR.of(v), 0) for v in values)
