"""How unusual is the joint state of a wearer's vitals, against that wearer's own minutes.

Each vital comes scaled by its own baseline (0 = as usual, 1 = one spread above), is smoothed over some
minutes, and the smoothed vector is judged by its Mahalanobis distance under River's running precision
matrix: two small deviations that never go together are more unusual than one larger one.
"""

from __future__ import annotations

import msgspec
import numpy as np
from river import covariance

FEATURES = ("hr", "rr", "spo2", "temp", "hrv")
SMOOTHING = 0.2
"""Weight of a new minute in the smoothed deviations: about the last five minutes."""
LEARNING = 120
"""Minutes of joint readings before a distance is called known."""
CLIP = 4.0
FEWEST = 3
"""Fewest vitals that make a joint state."""


class Surprise(msgspec.Struct, frozen=True, gc=False):
    """A joint state: squared distance per vital (1 = as usual), and each vital's share of it."""

    distance: float
    deviations: dict[str, float]
    shares: dict[str, float]
    known: bool


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
        self._precision = covariance.EmpiricalPrecision()
        self._smooth: dict[str, float] = {}
        self.count = 0
        if snapshot is not None:
            self._restore(snapshot)

    def update(self, deviations: dict[str, float]) -> Surprise | None:
        """Score this minute's deviations, then learn them; None when too few vitals are there."""
        smooth = self._smooth
        present = {}
        for name in FEATURES:
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
        known = self.count >= LEARNING and all(name in self._precision._idx for name in present)
        if not known:
            return Surprise(0.0, present, {}, False)
        ids = [self._precision._idx[name] for name in present]
        # Distance from "as usual" (0), not from the running mean, which an episode pulls along.
        x = np.fromiter(present.values(), dtype=np.float64, count=len(ids))
        parts = x * (self._precision._inv_cov_mat[np.ix_(ids, ids)] @ x)
        total = float(parts.sum())
        positive = np.maximum(parts, 0.0)
        shares = positive / (positive.sum() or 1.0)
        return Surprise(
            max(total, 0.0) / len(ids),
            present,
            {name: round(float(share), 3) for name, share in zip(present, shares, strict=True)},
            True,
        )

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
