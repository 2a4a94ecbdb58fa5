"""Bands of body temperature.

Source: the temperature column of NEWS2 (Royal College of Physicians, 2017): fever from 38.1 °C, high from
39.1.
"""

from __future__ import annotations

from models.clinical.bands import Band, Bands, finding
from models.clinical.news2 import SOURCE
from streams.records import Finding

TABLE = Bands(
    (35.0, 36.0, 38.0, 39.0),
    (Band("very low", 3), Band("low", 1), Band("usual", 0), Band("fever", 1), Band("high fever", 2)),
    0.1,
)


def temperature_finding(value: float) -> Finding:
    """A temperature (°C) with its band."""
    return finding("temperature", value, "Cel", TABLE, SOURCE)
