"""What a profile says of a wearer, as far as scoring needs it."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import get_args

import msgspec

from models.clinical.genotype import Trait, traits, unknown_flags
from models.clinical.medicines import OXYGEN, Effect, effect_of
from models.clinical.possible import possible_edge, possible_usual
from streams.records import CareUnit, Profile

BMI_POSSIBLE = (5.0, 250.0)
"""kg/m²; outside of these height or weight is in another unit."""
ADULT = 18
DIABETES = frozenset({"E10", "E11", "E12", "E13", "E14"})
MOST_MEDICINES = 24
"""Those whose effect a rule knows come first, then the newest."""
MOST_CONDITIONS = 16
MOST_FLAGS = 16
"""Flags of a genotype; those that a rule knows come first."""


class Taken(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A medicine by its ATC code, and from when to when (ms UTC); None = before all, still taken."""

    code: str
    started: int | None = None
    stopped: int | None = None

    def at(self, time: int) -> bool:
        """Whether it is taken at `time` (ms UTC)."""
        return (self.started is None or self.started <= time) and (
            self.stopped is None or time < self.stopped
        )


class Limit(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """Edges that a clinician set for one condition, until they expire (ms UTC)."""

    condition: str
    expires: int
    above: float | None = None
    below: float | None = None


class Kept(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A habit, and from when to when (ms UTC)."""

    name: str
    started: int
    stopped: int | None = None


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
    athlete: bool = False
    on_oxygen: bool | None = None
    medicines: tuple[Taken, ...] = ()
    limits: tuple[Limit, ...] = ()
    genotype: tuple[str, ...] = ()
    habits: tuple[Kept, ...] = ()
    conditions: tuple[str, ...] = ()
    """ICD-10 codes."""
    baselines: dict[str, float] = {}
    """Usual values that are known beforehand, by signal or `signal@context`, in the signal's unit."""

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
            profile.athlete,
            profile.on_oxygen,
            _medicines(profile),
            tuple(_limits(profile)),
            _genotype(profile),
            tuple(Kept(h.name, h.started, h.stopped) for h in profile.habits),
            tuple(code.upper() for code in profile.conditions[:MOST_CONDITIONS]),
            {name: usual for name, usual in profile.baselines.items() if possible_usual(name, usual)},
        )

    def grown(self, time: int) -> bool:
        """Whether the networks' people are like this one: no child at `time` (ms UTC), and not pregnant."""
        return not self.pregnant and not self.age(time) < ADULT

    def age(self, time: int) -> float:
        """Years at `time` (ms UTC); NaN = not known."""
        if self.birth_year is None:
            return math.nan
        return float(datetime.fromtimestamp(time / 1000, UTC).year - self.birth_year)

    def numbers(self, time: int) -> dict[str, float]:
        """What networks take of a person at `time` (ms UTC); NaN = unknown.

        `age` (years), `male` (1 or 0), `height_cm`, `weight_kg`, `bmi` (kg/m²), and `icu_1` to `icu_4`, 1 for
        the kind of unit.
        """
        male = math.nan if self.male is None else float(self.male)
        height = self.height_cm or math.nan
        weight = self.weight_kg or math.nan
        bmi = weight / (height / 100) ** 2
        if not BMI_POSSIBLE[0] <= bmi <= BMI_POSSIBLE[1]:
            bmi = math.nan
        body = {
            "age": self.age(time),
            "male": male,
            "height_cm": height,
            "weight_kg": weight,
            "bmi": bmi,
        }
        return body | {
            f"icu_{k}": math.nan if self.care_unit is None else float(unit == self.care_unit)
            for k, unit in enumerate(get_args(CareUnit), 1)
        }

    def taking(self, time: int) -> Iterator[tuple[Taken, Effect]]:
        """Medicines of known effect that are taken at `time` (ms UTC)."""
        for taken in self.medicines:
            effect = effect_of(taken.code) if taken.at(time) else None
            if effect is not None:
                yield taken, effect

    def traits(self, time: int) -> list[Trait]:
        """What the genotype changes at `time` (ms UTC)."""
        if not self.genotype:
            return []
        return traits(self.genotype, [taken.code for taken in self.medicines if taken.at(time)])

    def oxygen(self, time: int) -> bool | None:
        """Whether oxygen is given at `time` (ms UTC): as the profile says, else by its medicines."""
        if self.on_oxygen is None and any(t.code.upper() == OXYGEN and t.at(time) for t in self.medicines):
            return True
        return self.on_oxygen

    def limit(self, condition: str, time: int) -> Limit | None:
        """A clinician's edges for a condition that hold at `time` (ms UTC); the last one said counts."""
        above = below = found = None
        for limit in self.limits:
            if limit.condition == condition and time < limit.expires:
                found = limit
                above = limit.above if limit.above is not None else above
                below = limit.below if limit.below is not None else below
        return None if found is None else Limit(condition, found.expires, above, below)


def _has_diabetes(profile: Profile) -> bool:
    """ICD-10 E10 to E14 (diabetes mellitus), or ATC A10 (medicines used in diabetes) that is still taken."""
    treated = any(drug.code.upper().startswith("A10") and drug.stopped is None for drug in profile.medicines)
    return treated or any(code[:3].upper() in DIABETES for code in profile.conditions)


def _limits(profile: Profile) -> Iterator[Limit]:
    """Edges that can be meant."""
    for threshold in profile.thresholds:
        above, below = (
            possible_edge(threshold.condition, edge) for edge in (threshold.above, threshold.below)
        )
        if above is not None or below is not None:
            yield Limit(threshold.condition, threshold.expires, above, below)


def _genotype(profile: Profile) -> tuple[str, ...]:
    flags = list(dict.fromkeys(profile.genotype))
    unknown = set(unknown_flags(flags))
    return tuple(sorted(flags, key=lambda flag: flag in unknown)[:MOST_FLAGS])


def _medicines(profile: Profile) -> tuple[Taken, ...]:
    drugs = [Taken(drug.code, drug.started, drug.stopped) for drug in profile.medicines]
    drugs.sort(key=lambda drug: (effect_of(drug.code) is None, -(drug.started or 0)))
    return tuple(drugs[:MOST_MEDICINES])
