"""Clarke's error grid: what a wrong glucose value would do to the treatment.

Clarke 1987, Diabetes Care 10:622.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def clarke_zones(truth: Array, said: Array) -> NDArray[np.str_]:
    """[n] zone A (right), B (harmless), C (needless treatment), D (missed), E (the opposite), from mg/dL."""
    zones = np.full(truth.shape, "B")
    over = (truth >= 70) & (truth <= 290) & (said >= truth + 110)
    under = (truth >= 130) & (truth <= 180) & (said <= 7 / 5 * truth - 182)
    zones[over | under] = "C"
    missed_high = (truth >= 240) & (said >= 70) & (said <= 180)
    missed_low = (truth <= 175 / 3) & (said >= 70) & (said <= 180)
    edge = (truth >= 175 / 3) & (truth <= 70) & (said >= 6 / 5 * truth)
    zones[missed_high | missed_low | (edge & (said <= 180))] = "D"
    zones[((truth >= 180) & (said <= 70)) | ((truth <= 70) & (said >= 180))] = "E"
    right = (np.abs(said - truth) <= 0.2 * truth) | ((truth <= 70) & (said <= 70))
    zones[right] = "A"
    return zones
