"""Takes an exported ensemble apart, so that each person can be answered by the member that never saw them.

An ensemble of this project ends in the mean of its members, a division of a chain of sums, and what
calibrates it. A member alone is the same graph with its own output in place of that mean. Needs `onnx`.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.deep.manifest import MANIFEST, Manifest, ModelEntry, RegistryError, read_model
from models.deep.networks import Networks


def members(registry: Path, entry: ModelEntry) -> list[Networks]:
    """Each member alone, calibrated as the whole is. Raises RegistryError for another kind of graph."""
    data = read_model(registry, entry)
    mean, outputs = _mean(data, entry)
    return [_alone(entry, _redirected(data, mean, output)) for output in outputs]


def held_out(registry: Path, entry: ModelEntry, folds: Sequence[NDArray[np.float32]]) -> list[NDArray[Any]]:
    """Answers to the rows of each fold by the member that was trained on the other folds.

    Raises RegistryError when there are not as many members as folds.
    """
    found = members(registry, entry)
    if len(found) != len(folds):
        raise RegistryError(f"{entry.file}: {len(found)} members, but {len(folds)} folds of people")
    return [
        network.run(entry.name, rows).astype(np.float64) for network, rows in zip(found, folds, strict=True)
    ]


def _mean(data: bytes, entry: ModelEntry) -> tuple[str, list[str]]:
    """Name of the tensor that is the members' mean, and of each member's output in order."""
    import onnx

    graph = onnx.load_from_string(data).graph
    made_by = {name: node for node in graph.node for name in node.output}
    fixed = {tensor.name for tensor in graph.initializer}
    for node in graph.node:
        if node.op_type == "Div" and node.input[1] in fixed:
            summed, outputs = node.input[0], list[str]()
        elif node.op_type == "Mean":  # two members: the exporter's short form
            summed, outputs = node.input[0], list(node.input[1:])
        else:
            continue
        while summed in made_by and made_by[summed].op_type == "Add":
            summed, output = made_by[summed].input
            outputs.insert(0, output)
        if outputs and summed in fixed:
            return node.output[0], outputs
    raise RegistryError(f"{entry.file}: not the mean of several networks")


def _redirected(data: bytes, mean: str, output: str) -> bytes:
    import onnx

    model = onnx.load_from_string(data)
    for node in model.graph.node:
        for i, name in enumerate(node.input):
            if name == mean:
                node.input[i] = output
    alone: bytes = model.SerializeToString()
    return alone


def _alone(entry: ModelEntry, graph: bytes) -> Networks:
    # What the whole answered to the sample rows is no promise of one member.
    sample = msgspec.structs.replace(entry.sample, tolerance=1e9)
    alone = msgspec.structs.replace(entry, sha256=hashlib.sha256(graph).hexdigest(), sample=sample)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / entry.file).write_bytes(graph)
        (folder / MANIFEST).write_bytes(msgspec.json.encode(Manifest(1, (alone,))))
        return Networks.only(entry.name, folder)
