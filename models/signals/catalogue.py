"""The signals that vitalstream understands: one row each, with its unit and limits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signal:
    """One kind of measurement.

    `low` and `high` bound what a living person can show and a device can mean: a value outside is a
    wrong unit or a broken sensor, never a finding. `jump` is the largest change per second that a
    body can make; None where any step is possible. `per` counts make one unit: a sample is kept as a
    whole number of 1/`per`, finer than any wearable tells, so that all of `low` to `high` fits 16 bits.
    """

    name: str
    unit: str
    low: float
    high: float
    jump: float | None
    per: int
    title: str

    @property
    def resolution(self) -> float:
        """The smallest step between two values that is kept, in the unit."""
        return 1 / self.per


_ROWS = (
    # Bounds follow the plausibility limits of MIMIC-Extract (Wang et al. 2020, "valid low/high"),
    # narrowed to what wearables report.
    Signal("hr", "1/min", 20, 300, 30.0, 100, "heart rate"),
    Signal("spo2", "%", 40, 100, 4.0, 100, "oxygen saturation"),
    Signal("rr", "1/min", 2, 80, 5.0, 100, "respiratory rate"),
    Signal("temp", "Cel", 25, 45, 0.5, 1000, "temperature"),
    Signal("sbp", "mm[Hg]", 40, 300, None, 100, "systolic blood pressure"),
    Signal("dbp", "mm[Hg]", 20, 200, None, 100, "diastolic blood pressure"),
    Signal("glucose", "mg/dL", 20, 600, 0.2, 100, "glucose"),
    # 200 ms is 300 beats a minute; 4 s is longer than any pause a device should call an interval.
    # Sixteenths of a millisecond are exact for clocks of 128, 250, 500 and 1000 Hz.
    Signal("ibi", "ms", 200, 4000, None, 16, "inter-beat interval"),
    Signal("steps", "1", 0, 400, None, 100, "steps since the last sample"),
    Signal("meal", "1", 0, 1, None, 100, "something was eaten (0 or 1)"),
    # A clinic's values; bounds as the deterioration networks take them.
    Signal("map", "mm[Hg]", 15, 250, None, 100, "mean arterial pressure"),
    Signal("gcs", "{score}", 3, 15, None, 100, "Glasgow coma scale"),
    Signal("fio2", "1", 0.2, 1, None, 10000, "inspired oxygen, share"),
    Signal("vent", "1", 0, 1, None, 100, "mechanical ventilation (0 or 1)"),
    Signal("lactate", "mmol/L", 0.1, 40, None, 1000, "lactate"),
    Signal("urine", "mL", 0.1, 5000, None, 10, "urine since the last sample"),
    Signal("wbc", "10*9/L", 0.05, 300, None, 200, "white blood cells"),
    Signal("creatinine", "mg/dL", 0.05, 30, None, 1000, "creatinine"),
    Signal("pao2", "mm[Hg]", 10, 600, None, 100, "arterial oxygen pressure"),
    Signal("accel", "m[g]", 0, 16000, None, 4, "movement (magnitude without gravity)"),
)

SIGNALS: dict[str, Signal] = {row.name: row for row in _ROWS}
