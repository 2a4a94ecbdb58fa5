"""A person asked about again with one thing changed: what drives the answer, what would lower it, how unsure.

Every row is one more question of the same batch, asked when the person is asked about, once a day: at most
ten beside the person's own. Nothing that was decided is needed for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from models.deep.asks import Ask, Rows
from models.deep.diabetes import NAMES

Kind = Literal["without", "better", "low", "high"]

WEARABLE: Final = NAMES[:6]
"""What a profile, a watch and a cuff can know; the rest is a clinic's, and asks about other people."""
REFERENCE: Final = {
    "age": 42.0,
    "male": 0.5,
    "bmi": 26.9,
    "pulse": 72.0,
    "systolic": 117.0,
    "diastolic": 70.0,
}
"""The middle adult of the survey that taught the network (medians, NHANES 2009-2012 extract); sex halfway."""
TAILS: Final = {
    "age": (24.0, 66.0),
    "male": (0.0, 1.0),
    "bmi": (21.2, 34.6),
    "pulse": (58.0, 86.0),
    "systolic": (102.0, 140.0),
    "diastolic": (56.0, 84.0),
}
"""What is unknown lies between these in eight of ten adults of that survey (10th and 90th percentile)."""


@dataclass(frozen=True, slots=True)
class Better:
    """One thing that a person can change: a step (`value * factor + added`), never taken below `down_to`."""

    factor: float
    added: float
    down_to: float
    words: str
    source: str


BETTER: Final = {
    "bmi": Better(0.95, 0.0, 25.0, "weight 5 % lower", "ADA Standards of Care 2024, section 3; WHO (BMI 25)"),
    "systolic": Better(1.0, -5.0, 120.0, "systolic pressure 5 lower", "ACC/AHA 2017, table 15; normal < 120"),
    "pulse": Better(1.0, -5.0, 60.0, "resting pulse 5 lower", "Reimers 2018, effects of exercise on it"),
}


class Variation(Ask, eq=False):
    """The question about a person with one input changed. Its answer is never the person's own risk."""

    kind: Kind = "without"
    name: str = ""
    """The input that was changed, one of `WEARABLE`."""


def person_asks(row: Rows, start: int, end: int) -> Iterator[Ask]:
    """All that is asked about a person: the variations first, the person as measured last.

    `row` [11] as `diabetes_inputs` takes it, NaN where unknown; times in ms UTC.
    """
    for column, name in enumerate(WEARABLE):
        for kind, value in _changes(name, float(row[column])):
            changed = row.copy()
            changed[column] = value
            if kind == "without" and name == "systolic":
                changed[column + 1] = REFERENCE["diastolic"] if row[column + 1] > 0 else row[column + 1]
            yield Variation("diabetes", start, end, changed, kind=kind, name=name)
    yield Ask("diabetes", start, end, row)


def _changes(name: str, value: float) -> Iterator[tuple[Kind, float]]:
    """What is asked of one input."""
    if math.isnan(value):
        low, high = TAILS[name]
        yield "low", low
        yield "high", high
        return
    # Both pressures are one thing: alone, the lower one would speak against its own sense.
    if name != "diastolic":
        yield "without", REFERENCE[name]
    better = BETTER.get(name)
    if better is not None:
        aim = value * better.factor + better.added
        if aim >= better.down_to:
            yield "better", aim
