"""What a profile says of a wearer, as far as scoring needs it."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import get_args

import msgspec

from streams.records import CareUnit, Profile

BMI_POSSIBLE = (5.0, 250.0)
"""kg/m²; outside of these height or weight is in another unit."""
ADULT = 18
DIABETES = frozenset({"E10", "E11", "E12", "E13", "E14"})


class Person(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Facts of a profile; None where nobody says."""

    birth_year: int | None = None
    male: bool | None = None
    height_cm: float | None = None
    weight_kg: float | None = None
    admitted: int | None = None
    """When the stay in hospital began, ms UTC."""
    care_unit: str | None = None
    diabetes: bool = False
    """Known diabetes, or a medicine that lowers glucose."""
    pregnant: bool = False

    @classmethod
    def of(cls, profile: Profile) -> Person:
        """The facts of a profile."""
        male = {"male": True, "female": False}.get(profile.sex or "")
        return cls(
            profile.birth_year,
            male,
            profile.height_cm,
            profile.weight_kg,
            profile.admitted,
            profile.care_unit,
            _has_diabetes(profile),
            profile.pregnant,
        )

    def grown(self, time: int) -> bool:
        """Whether the networks' people are like this one: no child at `time` (ms UTC), and not pregnant."""
        age = self.numbers(time)["age"]
        return not self.pregnant and not age < ADULT

    def numbers(self, time: int) -> dict[str, float]:
        """What networks take of a person at `time` (ms UTC); NaN = unknown.

        `age` (years), `male` (1 or 0), `height_cm`, `weight_kg`, `bmi` (kg/m²), and `icu_1` to `icu_4`, 1 for
        the kind of unit.
        """
        year = datetime.fromtimestamp(time / 1000, UTC).year
        age = math.nan if self.birth_year is None else float(year - self.birth_year)
        male = math.nan if self.male is None else float(self.male)
        height = self.height_cm or math.nan
        weight = self.weight_kg or math.nan
        bmi = weight / (height / 100) ** 2
        if not BMI_POSSIBLE[0] <= bmi <= BMI_POSSIBLE[1]:
            bmi = math.nan
        body = {"age": age, "male": male, "height_cm": height, "weight_kg": weight, "bmi": bmi}
        return body | {
            f"icu_{k}": math.nan if self.care_unit is None else float(unit == self.care_unit)
            for k, unit in enumerate(get_args(CareUnit), 1)
        }


def _has_diabetes(profile: Profile) -> bool:
    """ICD-10 E10 to E14 (diabetes mellitus), or ATC A10 (medicines used in diabetes) that is still taken."""
    treated = any(drug.code.upper().startswith("A10") and drug.stopped is None for drug in profile.medicines)
    return treated or any(code[:3].upper() in DIABETES for code in profile.conditions)
