"""The same network without padding: what one would write who judges one window at a time."""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.deep.manifest import read_manifest, read_model
from models.deep.networks import COMMITTED
from models.deep.rhythm import rhythm_inputs


class SingleRows:
    """Runs the rhythm network on exactly the rows given, one thread; the inputs are derived alike."""

    def __init__(self) -> None:
        entry = read_manifest(COMMITTED).active()["rhythm"]
        options = ort.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        data = read_model(COMMITTED, entry)
        self._session = ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])
        self._names = [tensor.name for tensor in entry.inputs]

    def run(self, name: str, rows: NDArray[np.float32]) -> NDArray[np.float32]:
        """Give P(AF) [n] for windows [n, 60] of intervals in ms. Raises KeyError for another network."""
        if name != "rhythm":
            raise KeyError(name)
        inputs = dict(zip(self._names, rhythm_inputs(rows), strict=True))
        answer: NDArray[np.float32] = self._session.run(None, inputs)[0]
        return answer
