"""From the diabetes network's answers to an estimate: how probable, how sure, why, and what would lower it.

The 90 % interval is the network's logit ± 1.645 standard errors. Two things add up in it: that few people
taught the network (`models.disease.spread`), and each input that is unknown here: the network is asked
again with what is low and high among adults, and half the way between the two answers counts as 1.28
standard errors, as it would were the logit normal.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TypeAlias

import msgspec

from models.deep.asks import Ask
from models.deep.diabetes import COLUMNS
from models.disease.spread import standard_error
from models.disease.variations import BETTER, REFERENCE, WEARABLE, Kind, Variation
from streams.records import Contribution, Estimate

Answers: TypeAlias = dict[tuple[Kind, str], float]
"""Logit by what was asked instead."""
NINETY = 1.6449
"""Normal deviate of a 90 % interval."""
EIGHTY = 1.2816
"""The same between the 10th and the 90th percentile."""
LEAST = 0.02
"""Logits below which a change of the answer is not worth a word."""
PARTS = 10_000
"""Probabilities are kept in ten-thousandths."""
MISSING = {
    "age": "year of birth in the profile",
    "male": "sex in the profile",
    "bmi": "height and weight in the profile",
    "pulse": "pulse at rest",
    "systolic": "blood pressure by a cuff",
    "diastolic": "blood pressure by a cuff",
}
BEYOND = "a laboratory's HbA1c or fasting glucose"
SOURCE = "network diabetes {version} (NHANES 2009-2012); what would lower it are its answers, not a promise"


class Known(msgspec.Struct, array_like=True, gc=False):
    """An estimate as it is kept: small, and told in full when it is wanted."""

    time: int
    """ms UTC"""
    probability: int
    """In ten-thousandths, as `low`, `high` and `lower`."""
    low: int
    high: int
    values: list[float | None]
    """The inputs, in the order of `WEARABLE`; None where unknown."""
    shares: dict[str, int]
    """What drives it up: input to its share in hundredths, largest first."""
    lower: dict[str, int]
    """What would lower it: input to the probability then."""
    missing: list[str]
    """Unknown inputs, the one that costs most first."""


def known(asks: Iterable[Ask]) -> Iterator[Known]:
    """What the network answered to `person_asks`, one for each time that the person was asked about.

    Variations that stayed without an answer are left out, and what they would have told with them.
    """
    varied: dict[int, list[Variation]] = {}
    for ask in asks:
        if isinstance(ask, Variation):
            varied.setdefault(ask.end, []).append(ask)
        elif ask.model == "diabetes":
            yield _known(ask, [v for v in varied.pop(ask.end, []) if v.answer is not None])


def _known(ask: Ask, variations: list[Variation]) -> Known:
    answers = {(v.kind, v.name): _logit(v.value) for v in variations}
    own = _logit(ask.value)
    unsure = dict(_unsure(answers))
    error = math.hypot(standard_error(ask.row), *unsure.values())
    values = [float(value) for value in ask.row[: len(WEARABLE)]]
    return Known(
        ask.end,
        _parts(own),
        _parts(own - NINETY * error),
        _parts(own + NINETY * error),
        [None if math.isnan(value) else round(value, 1) for value in values],
        _shares({name: own - logit for (kind, name), logit in answers.items() if kind == "without"}),
        _lower(own, answers),
        _missing(values, unsure),
    )


def _unsure(answers: Answers) -> Iterator[tuple[str, float]]:
    """Standard error, in logits, that each unknown input adds."""
    for (kind, name), high in answers.items():
        if kind == "high" and ("low", name) in answers:
            yield name, abs(high - answers["low", name]) / (2.0 * EIGHTY)


def _shares(gains: dict[str, float]) -> dict[str, int]:
    """Occlusion: how much of the logit above a middle person's each input brings, of all that bring some."""
    up = {name: gain for name, gain in gains.items() if gain >= LEAST}
    total = sum(up.values())
    ranked = sorted(up.items(), key=lambda item: (-item[1], item[0]))
    return {name: round(100 * gain / total) for name, gain in ranked}


def _lower(own: float, answers: Answers) -> dict[str, int]:
    better = {name: logit for (kind, name), logit in answers.items() if kind == "better"}
    ranked = sorted(better.items(), key=lambda item: (item[1], item[0]))
    return {name: _parts(logit) for name, logit in ranked if own - logit >= LEAST}


def _missing(values: list[float], unsure: dict[str, float]) -> list[str]:
    names = [name for name, value in zip(WEARABLE, values, strict=True) if math.isnan(value)]
    return sorted(names, key=lambda name: (-unsure.get(name, 0.0), name))


def told(kept: Known, version: str = "") -> Estimate:
    """The estimate in full. `change` of a driver is from the middle adult of the survey."""
    values = dict(zip(WEARABLE, kept.values, strict=True))
    return Estimate(
        kept.probability / PARTS,
        kept.low / PARTS,
        kept.high / PARTS,
        [_driver(name, values[name] or 0.0, share) for name, share in kept.shares.items()],
        [_told_lower(name, values[name] or 0.0, kept.probability, p) for name, p in kept.lower.items()],
        [*dict.fromkeys(MISSING[name] for name in kept.missing), BEYOND],
        SOURCE.format(version=version).replace("  ", " "),
    )


def _driver(name: str, value: float, share: int) -> Contribution:
    unit = next(column.unit for column in COLUMNS if column.name == name)
    return Contribution(
        name, value, unit, change=round(value - REFERENCE[name], 1), share=min(share / 100, 1.0)
    )


def _told_lower(name: str, value: float, before: int, after: int) -> str:
    better = BETTER[name]
    aim = value * better.factor + better.added
    change = f"{before / PARTS:.1%} to {after / PARTS:.1%}".replace("%", " %")
    return f"{better.words} ({name} {value:.1f} to {aim:.1f}): {change} ({better.source})"


def _logit(probability: float) -> float:
    p = min(max(probability, 1e-6), 1.0 - 1e-6)
    return math.log(p / (1.0 - p))


def _parts(logit: float) -> int:
    return round(PARTS / (1.0 + math.exp(-logit)))
