"""People asked about as the stream asks."""

from __future__ import annotations

import math

import numpy as np

from models.deep.answering import answer
from models.deep.asks import Ask, Rows
from models.deep.networks import Networks
from models.disease.diabetes import Known, known
from models.disease.variations import person_asks

MINUTE = 60_000


def person(*values: float) -> Rows:
    """Age, male, BMI, pulse, systolic, diastolic, as far as given."""
    row = np.full(11, math.nan, dtype=np.float32)
    row[: len(values)] = values
    return row


def asked(networks: Networks, row: Rows, time: int = 0) -> list[Ask]:
    """Everything that is asked about a person, answered."""
    asks = list(person_asks(row, time, time + MINUTE))
    assert not answer(asks, networks)
    return asks


def estimated(networks: Networks, row: Rows, time: int = 0) -> Known:
    """The estimate of a person."""
    (found,) = known(asked(networks, row, time))
    return found
