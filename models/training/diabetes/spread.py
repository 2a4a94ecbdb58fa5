"""How much the diabetes network's answer would differ had other people been in the survey.

Without a clinic's values the network is, within 0.04 of a logit, the logistic regression that it starts
from. That regression is fitted again to people drawn with replacement (bootstrap, Efron 1979), with hardly
any penalty, so that what the penalty pulls towards the middle is covered too; the covariance of its
coefficients tells the standard error of any person's logit.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.deep.diabetes import diabetes_inputs
from models.disease.spread import TERMS
from models.training.calibration import fit_logistic

RIDGE = 1.0
DRAWS = 2000
SEED = 2012


def covariance(
    rows: NDArray[np.float32], labels: NDArray[np.bool_], draws: int = DRAWS
) -> NDArray[np.float64]:
    """Covariance [13, 13] of the coefficients of `TERMS` and the offset.

    `rows` [n, 11] of people without a clinic's values, as `diabetes_inputs` takes them, and their labels [n].
    """
    inputs = diabetes_inputs(rows)[0][:, TERMS].astype(np.float64)
    chance, even = np.random.default_rng(SEED), np.ones(len(labels))
    found = np.empty((draws, inputs.shape[1] + 1))
    for draw in range(draws):
        people = chance.integers(0, len(labels), len(labels))
        found[draw, :-1], found[draw, -1] = fit_logistic(inputs[people], labels[people], even, RIDGE)
    return np.asarray(np.cov(found.T))
