"""Turns a trained network into one ONNX file and its entry in a registry's manifest."""

from __future__ import annotations

import hashlib
import logging
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import onnx
from jax2onnx import to_onnx
from numpy.typing import NDArray

from models.deep.manifest import MANIFEST, Manifest, ModelEntry, Tensor, read_manifest
from models.deep.onnx_file import check_onnx

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


def write_entry(registry: Path, entry: ModelEntry) -> None:
    """Put an entry into a registry's manifest, in place of the active one of that name."""
    registry.mkdir(parents=True, exist_ok=True)
    there = read_manifest(registry).models if (registry / MANIFEST).exists() else ()
    others = [other for other in there if not (other.name == entry.name and other.status == "active")]
    manifest = Manifest(1, tuple(sorted([*others, entry], key=lambda item: (item.name, item.version))))
    text = msgspec.json.format(msgspec.json.encode(manifest), indent=2) + b"\n"
    (registry / MANIFEST).write_bytes(text)


def rounded(values: NDArray[np.floating], digits: int = 6) -> tuple[float, ...]:
    """Floats short enough to read in a manifest."""
    return tuple(round(float(value), digits) for value in np.ravel(values))
