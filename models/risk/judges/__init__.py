"""One judge for each condition that readings alone can tell of."""

from __future__ import annotations

from collections.abc import Callable

from models.policy.rules import Rule
from models.risk.found import Evidence, Leeway
from models.risk.judges.circulation import blood_pressure, shock
from models.risk.judges.heart_rate import resting_heart_rate
from models.risk.judges.joint import anomaly, deterioration
from models.risk.judges.single import desaturation, fever, glucose
from models.view import View

Judge = Callable[[View, Rule, Leeway], list[Evidence]]

JUDGES: dict[str, Judge] = {
    "deterioration": deterioration,
    "anomaly": anomaly,
    "desaturation": desaturation,
    "fever": fever,
    "resting_heart_rate": resting_heart_rate,
    "shock": shock,
    "blood_pressure": blood_pressure,
    "glucose": glucose,
}
