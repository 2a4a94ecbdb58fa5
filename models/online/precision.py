"""River's running precision matrix, without its look-ups of where each vital lies in every minute.

River's own `update` makes indices anew from names each time, a fifth of what it costs. Here they are kept by
the vitals that a minute has; the sums are River's, in River's order: the numbers are the same to the bit.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray
from river import covariance
from scipy.linalg.blas import dger

Places = NDArray[np.intp]


@cache
def row(ids: tuple[int, ...]) -> Places:
    """Where these vitals lie in a vector."""
    return np.array(ids, dtype=np.intp)


@cache
def square(ids: tuple[int, ...]) -> tuple[Places, ...]:
    """Where their rows and columns lie in a matrix."""
    return np.ix_(ids, ids)


class Precision(covariance.EmpiricalPrecision):
    """The inverse of the covariance of some vitals, any of which a minute may lack (Sherman-Morrison)."""

    def __init__(self) -> None:
        """Of no vitals yet."""
        super().__init__()  # type: ignore[no-untyped-call]

    def update(self, x: dict[str, float]) -> None:
        """Learn one minute's values by vital."""
        index = self._idx
        if not index.keys() >= x.keys():
            super().update(x)  # type: ignore[no-untyped-call]
            return
        ids = tuple([index[name] for name in x])
        at, block = row(ids), square(ids)
        weight, location = self._w_arr[at], self._loc_arr[at]
        inverse = np.asfortranarray(self._inv_cov_mat[block]) / np.maximum(weight, 1)
        weight += 1
        values = np.fromiter(x.values(), dtype=np.float64, count=len(ids))
        away = values - location
        location += away / weight
        left, right = inverse @ away, values - location
        dger(-1 / (1 + right @ left), left, right @ inverse, a=inverse, overwrite_a=1)
        weighted = weight[:, None] * inverse
        self._loc_arr[at], self._w_arr[at] = location, weight
        self._inv_cov_mat[block] = 0.5 * (weighted + weighted.T)
