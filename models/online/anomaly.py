"""How unusual is the joint state of a wearer's vitals, against that wearer's own recent minutes.

Each vital comes scaled by its own baseline (0 = as usual, 1 = one spread above) and is smoothed over
some minutes. River's running precision matrix tells how such deviations go together in this person. Two
questions are asked of the smoothed vector: how far is it in any direction (Mahalanobis), and how far in
the direction in which vitals move together when a body is under strain (a matched filter). The answer is
the rarer of the two, as -log10 of its chance if deviations were Gaussian.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Final

import msgspec
import numpy as np
from numpy.typing import NDArray
from river.covariance import EmpiricalPrecision
from scipy.special import gammaincc

from models.online.precision import Precision, square

STRAIN: Final = {"hr": 1.0, "rr": 1.0, "spo2": -1.0, "temp": 1.0, "hrv": -1.0}
"""Which way each vital goes under infection, inflammation or stress: heart and breath faster, warmer, less
saturated, less variable (the directions that NEWS2 and the sepsis criteria score as worse)."""
SMOOTHING = 0.07
"""Weight of a new minute in the smoothed deviations: about the last quarter of an hour."""
LEARNING = 20
"""Minutes of joint readings before a distance is called known."""
CLIP = 4.0
FEWEST = 3
"""Fewest vitals that make a joint state."""


@cache
def _strain(names: tuple[str, ...]) -> NDArray[np.float64]:
    """The direction of strain in the space of these vitals."""
    return np.array([STRAIN[name] for name in names])


class Surprise(msgspec.Struct, frozen=True, gc=False):
    """How unusual a joint state is, each vital's smoothed deviation (in spreads) and its part."""

    rarity: float
    """-log10 of the chance of a state at least so far from usual; 0 while learning."""
    deviations: dict[str, float]
    parts: list[float]
    """Each vital's part of the squared distance, in the order of `deviations`; empty while learning."""
    known: bool

    @property
    def shares(self) -> dict[str, float]:
        """Each vital's share of the reason, 0 to 1: few minutes are asked for it."""
        positive = np.maximum(self.parts, 0.0)
        shares = positive / (float(np.add.reduce(positive)) or 1.0)
        return {name: round(share, 3) for name, share in zip(self.deviations, shares.tolist(), strict=False)}


class JointSnapshot(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """All that a `JointNormal` knows, as numbers; the matrix as its upper triangle, row by row."""

    count: int
    smooth: dict[str, float]
    features: list[str]
    weights: list[float]
    location: list[float]
    precision: list[float]


class JointNormal:
    """Running joint normal of a wearer's scaled vitals."""

    __slots__ = ("_precision", "_smooth", "count")

    def __init__(self, snapshot: JointSnapshot | None = None) -> None:
        self._precision: EmpiricalPrecision = Precision()
        self._smooth: dict[str, float] = {}
        self.count = 0
        if snapshot is not None:
            self._restore(snapshot)

    def update(self, deviations: dict[str, float]) -> Surprise | None:
        """Score this minute's deviations, then learn them; None when too few vitals are there."""
        smooth = self._smooth
        present = {}
        for name in STRAIN:
            new = deviations.get(name)
            if new is None:
                continue
            new = min(max(new, -CLIP), CLIP)
            old = smooth.get(name)
            smooth[name] = present[name] = new if old is None else old + SMOOTHING * (new - old)
        if len(present) < FEWEST:
            return None
        surprise = self._score(present)
        self._precision.update(present)
        self.count += 1
        return surprise

    def _score(self, present: dict[str, float]) -> Surprise:
        index = self._precision._idx
        if self.count < LEARNING or not index.keys() >= present.keys():
            return Surprise(0.0, present, [], False)
        ids = tuple([index[name] for name in present])
        precision = self._precision._inv_cov_mat[square(ids)]
        # Distance from "as usual" (0), not from the running mean, which an episode pulls along.
        x = np.fromiter(present.values(), dtype=np.float64, count=len(ids))
        whitened = precision @ x
        parts = x * whitened
        strain = _strain(tuple(present))
        along = float(strain @ whitened) / math.sqrt(max(float(strain @ precision @ strain), 1e-12))
        anywhere = max(float(np.add.reduce(parts)), 0.0)
        chance = min(float(gammaincc(len(ids) / 2, anywhere / 2)), 0.5 * math.erfc(along / math.sqrt(2)))
        return Surprise(-math.log10(max(chance, 1e-30)), present, parts.tolist(), True)

    def snapshot(self) -> JointSnapshot:
        """The state as numbers."""
        p, size = self._precision, len(self._precision._idx)
        upper = p._inv_cov_mat[:size, :size][np.triu_indices(size)]
        return JointSnapshot(
            self.count, dict(self._smooth), list(p._idx),
            p._w_arr[:size].tolist(), p._loc_arr[:size].tolist(), upper.tolist(),
        )  # fmt: skip

    def _restore(self, snapshot: JointSnapshot) -> None:
        self.count, self._smooth = snapshot.count, dict(snapshot.smooth)
        p, size = self._precision, len(snapshot.features)
        if not size:
            return
        p._ensure_features(snapshot.features)
        p._w_arr[:size], p._loc_arr[:size] = snapshot.weights, snapshot.location
        matrix = np.zeros((size, size))
        matrix[np.triu_indices(size)] = snapshot.precision
        p._inv_cov_mat[:size, :size] = matrix + np.triu(matrix, 1).T
