"""How sure the diabetes network's answer can be, given that only 1,113 people taught it.

The table is made by `models.training.diabetes.spread` from the NHANES extract named in the network's card
(2,000 bootstrap draws); a test makes it again.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from models.deep.asks import Rows
from models.deep.diabetes import COLUMNS, diabetes_inputs

VERSION: Final = "1.0.0"
"""The network's version that the table belongs to."""
TERMS: Final = (*range(6), *range(len(COLUMNS), len(COLUMNS) + 6))
"""Derived inputs that a wearer can have: age, sex, BMI, pulse, both pressures, bends of age and BMI."""

# Lower half of the covariance of their coefficients (logit each) and of the offset, in that order.
_LOWER: Final = (
    (0.1794,),
    (0.0014, 0.0165),
    (-0.0202, -0.0083, 0.079),
    (-0.0018, 0.0017, 0.0007, 0.0156),
    (0.0, -0.0024, -0.001, -0.0022, 0.0205),
    (0.0014, 0.0, -0.0066, -0.001, -0.0078, 0.017),
    (-0.0919, -0.0043, 0.0124, 0.0011, -0.005, 0.0015, 0.0937),
    (-0.0641, 0.0025, 0.0083, 0.0047, -0.0031, -0.0029, -0.0136, 0.1301),
    (0.0377, 0.0062, -0.0058, -0.0016, -0.0045, 0.0091, -0.0275, -0.0735, 0.1618),
    (0.0167, 0.0017, -0.049, 0.0004, 0.0015, 0.0045, -0.003, -0.022, 0.0144, 0.0952),
    (0.0013, 0.0111, -0.0436, 0.0004, 0.0006, -0.0006, -0.0029, 0.0104, -0.0047, -0.0346, 0.1363),
    (0.0253, -0.0025, 0.0114, -0.0089, 0.0, 0.0001, -0.0132, -0.0015, -0.0062, -0.0205, -0.0459, 0.1574),
    (0.0542, -0.0054, 0.0329, -0.0021, 0.0042, -0.0018, -0.0625, -0.0144, 0.0319, -0.0436, -0.023, 0.0242,
     0.1191),
)  # fmt: skip


def standard_error(row: Rows) -> float:
    """Standard error of the logit that the network answers to a row [11] without a clinic's values."""
    values = [float(value) for value in diabetes_inputs(row[None])[0][0, list(TERMS)]]
    values.append(1.0)
    variance = 0.0
    for i, terms in enumerate(_LOWER):
        across = sum(term * values[k] for k, term in enumerate(terms[:i]))
        variance += values[i] * (values[i] * terms[i] + 2.0 * across)
    return float(np.sqrt(variance))
