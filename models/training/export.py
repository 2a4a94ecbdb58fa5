"""Turns a trained network into one ONNX file and its entry in a registry's manifest."""

from __future__ import annotations

import hashlib
import logging
import math
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
from jax2onnx import to_onnx
from numpy.typing import NDArray

from models.deep.manifest import (
    MANIFEST,
    Manifest,
    ModelEntry,
    Sample,
    Status,
    Tensor,
    Use,
    read_manifest,
)
from models.deep.networks import Networks
from models.deep.onnx_file import check_onnx
from models.deep.registry_edit import write_manifest
from models.deep.registry_lock import changing

_CODE = ("deep", "training", "datasets")
"""Folders of `models` that decide what a trained network is."""


def to_onnx_bytes(model: Any, name: str, shapes: dict[str, tuple[int, ...]], output: str) -> bytes:
    """One graph with a dynamic batch `B` and inputs named and shaped as given (batch left out)."""
    # The exporter warns of every shape that it leaves to the runtime.
    logging.getLogger("onnx_ir").setLevel(logging.ERROR)
    proto = to_onnx(
        model,
        inputs=[("B", *shape) for shape in shapes.values()],
        model_name=name,
        input_names=list(shapes),
        output_names=[output],
    )
    onnx.checker.check_model(proto)
    data: bytes = proto.SerializeToString()
    check_onnx(data)
    return data


def signature(shapes: dict[str, tuple[int, ...]]) -> tuple[Tensor, ...]:
    """Inputs or outputs as the manifest spells them."""
    return tuple(Tensor(name, shape) for name, shape in shapes.items())


def sha256(data: bytes) -> str:
    """Hex digest of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def code_version() -> str:
    """Version of vitalstream, with the commit where the code lies in a repository."""
    try:
        release = version("vitalstream")
    except PackageNotFoundError:
        release = "not installed"
    try:
        commit = _git("log", "-1", "--format=%h", "--", *_CODE)
        changed = _git("status", "--porcelain", "--", *_CODE)
    except (OSError, subprocess.CalledProcessError):
        return release
    return f"{release} ({commit}{', changed' if changed else ''})"


def _git(*arguments: str) -> str:
    here = Path(__file__).parent.parent
    return subprocess.run(
        ["git", *arguments], cwd=here, capture_output=True, text=True, check=True
    ).stdout.strip()


def new_entry(
    name: str,
    version: str,
    row: Tensor,
    unit: str,
    inputs: tuple[Tensor, ...],
    output: Tensor,
    data: str,
    thresholds: dict[str, float] | None = None,
    status: Status = "active",
    use: Use = "stream",
) -> ModelEntry:
    """The entry of a network that was just trained, before `register` knows its file and answers."""
    return ModelEntry(
        name=name,
        version=version,
        status=status,
        file=f"{name}.onnx",
        sha256="",
        card=f"{name}.md",
        row=row,
        unit=unit,
        inputs=inputs,
        outputs=(output,),
        thresholds=thresholds or {},
        metrics={},
        counts={},
        data=data,
        code=code_version(),
        sample=Sample((), ()),
        use=use,
    )


def write_entry(registry: Path, entry: ModelEntry) -> None:
    """Put an entry into a registry's manifest, in place of those of its name with its version or status."""
    registry.mkdir(parents=True, exist_ok=True)
    with changing(registry):
        there = read_manifest(registry).models if (registry / MANIFEST).exists() else ()
        write_manifest(registry, Manifest(1, (*(other for other in there if _beside(other, entry)), entry)))


def _beside(other: ModelEntry, entry: ModelEntry) -> bool:
    """Whether an entry stays when another one is written. Of a network for training there is one version."""
    if other.name != entry.name:
        return True
    return entry.use == "stream" and other.version != entry.version and other.status != entry.status


def sample_of(rows: NDArray[np.floating], outputs: NDArray[np.floating], tolerance: float = 1e-4) -> Sample:
    """Rows and outputs as the manifest holds them: flattened, rounded, NaN as None."""
    flat = tuple(tuple(None if v != v else v for v in rounded(row)) for row in rows)
    return Sample(flat, rounded(outputs), tolerance)


def register(registry: Path, graph: bytes, entry: ModelEntry, rows: NDArray[np.floating]) -> ModelEntry:
    """Write a network's file and entry, run the sample rows through it as the product does, verify it.

    `rows` are made up, [n, *entry.row.shape]. Gives the entry with its sha256 and sample outputs.
    """
    registry.mkdir(parents=True, exist_ok=True)
    (registry / entry.file).write_bytes(graph)
    size = len(rows) * math.prod(entry.outputs[0].shape)
    unknown = sample_of(rows, np.zeros(size), tolerance=1e9)
    entry = msgspec.structs.replace(entry, sha256=sha256(graph), sample=unknown)
    write_entry(registry, entry)
    outputs = Networks.only(entry.name, registry).run(entry.name, rows)
    worth = max(1.0, float(np.abs(outputs).max()))
    entry = msgspec.structs.replace(entry, sample=sample_of(rows, outputs, 1e-4 * worth))
    write_entry(registry, entry)
    Networks.only(entry.name, registry)
    return entry


def rounded(values: NDArray[np.floating], digits: int = 6) -> tuple[float, ...]:
    """Floats short enough to read in a manifest."""
    return tuple(round(float(value), digits) for value in np.ravel(values))
