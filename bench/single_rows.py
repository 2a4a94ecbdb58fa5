"""The same networks without padding: what one would write who judges one record at a time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from models.deep.manifest import read_manifest
from models.deep.networks import COMMITTED, open_network


class SingleRows:
    """Runs the active networks on exactly the rows given, one thread; the inputs are derived alike."""

    def __init__(self) -> None:
        active = read_manifest(COMMITTED).active()
        self._networks = {name: open_network(COMMITTED, entry) for name, entry in active.items()}

    def run(self, name: str, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """One answer a row, as `Networks.run` gives it. Raises KeyError for a network that is not active."""
        return self._networks[name].unpadded(rows)
