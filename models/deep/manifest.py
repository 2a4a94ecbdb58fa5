"""The registry's manifest: which networks there are, and what each promised when it was made."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec

from models.deep.onnx_file import OnnxFileError, check_onnx
from streams.malformed import MALFORMED
from streams.printable import OneLine

MANIFEST = "manifest.json"
Status = Literal["active", "shadow", "retired"]
Use = Literal["stream", "training"]
"""Who runs a network: workers on people's vitals, or only those who train and study other networks."""


Reason = Literal["manifest", "network", "changed", "missing"]


class RegistryError(OneLine, ValueError):
    """A registry that can't be trusted; the message names the file and the reason, in one line."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something in a registry that a running worker does not take."""

    reason: Reason
    says: str
    """What is wrong, and what stays, in one line."""


class Tensor(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One input or output of a graph; the first dimension is the batch and left out."""

    name: str
    shape: tuple[int, ...]
    dtype: Literal["float32"] = "float32"


class Sample(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Made-up rows and what the network answered when it was exported, both flattened."""

    rows: tuple[tuple[float | None, ...], ...]
    """None is NaN: not measured."""
    outputs: tuple[float, ...]
    tolerance: float = 1e-4


class Interval(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A figure with its 95 % interval by bootstrap over people."""

    value: float
    low: float
    high: float


class ModelEntry(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One version of one network."""

    name: str
    version: str
    status: Status
    file: str
    sha256: str
    card: str
    row: Tensor
    """What `Networks.run` takes: shape of one row before its inputs are derived."""
    unit: str
    inputs: tuple[Tensor, ...]
    outputs: tuple[Tensor, ...]
    thresholds: dict[str, float]
    """Named operating points, each chosen on validation people under the budget in the card."""
    metrics: dict[str, dict[str, Interval]]
    """Set of people -> figure -> value with interval."""
    counts: dict[str, dict[str, int]]
    """Set of people -> people and windows."""
    data: str
    code: str
    """Version of vitalstream that made it, and the commit when known."""
    sample: Sample
    use: Use = "stream"
    replaced: str | None = None
    """The version that was active before this one was promoted: where a rollback goes."""


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All networks of a registry folder."""

    format: Literal[1]
    models: tuple[ModelEntry, ...]

    def version(self, name: str, version: str) -> ModelEntry | None:
        """That version of a network for the stream, whatever its status; None when there is none."""
        for entry in self.models:
            if (entry.name, entry.version, entry.use) == (name, version, "stream"):
                return entry
        return None

    def shadows(self) -> list[ModelEntry]:
        """Every version that scores beside the active one."""
        return [entry for entry in self.models if entry.status == "shadow" and entry.use == "stream"]

    def served(self, name: str) -> ModelEntry:
        """The active version of a network, or its shadow where none is active. Raises RegistryError.

        One for training is served whatever its status: that tells whether training takes it.
        """
        for status in ("active", "shadow"):
            for entry in self.models:
                if entry.name == name and entry.status == status:
                    return entry
        for entry in self.models:
            if entry.name == name and entry.use == "training":
                return entry
        raise RegistryError(f"{MANIFEST}: no active or shadow version of {name}")

    def active(self) -> dict[str, ModelEntry]:
        """The one active version of each network for the stream. Raises RegistryError when there are two."""
        found: dict[str, ModelEntry] = {}
        for entry in self.models:
            if entry.status == "active" and entry.use == "stream":
                if entry.name in found:
                    raise RegistryError(f"{MANIFEST}: two active versions of {entry.name}")
                found[entry.name] = entry
        return found


def read_manifest(registry: Path) -> Manifest:
    """Read a registry's manifest. Raises RegistryError when it is missing or malformed."""
    path = registry / MANIFEST
    try:
        return msgspec.json.decode(path.read_bytes(), type=Manifest)
    except (OSError, *MALFORMED) as error:
        raise RegistryError(f"{path}: {error}") from error


def read_model(registry: Path, entry: ModelEntry) -> bytes:
    """The bytes of a network, checked against the manifest: what was hashed is what is returned."""
    path = registry / entry.file
    if Path(entry.file).name != entry.file:
        raise RegistryError(f"{entry.name}: {entry.file!r} is not a plain file name")
    try:
        data = path.read_bytes()
    except OSError as error:
        raise RegistryError(f"{path}: {error.strerror}") from error
    digest = hashlib.sha256(data).hexdigest()
    if digest != entry.sha256:
        raise RegistryError(f"{path}: sha256 is {digest}, the manifest says {entry.sha256}")
    try:
        check_onnx(data)
    except OnnxFileError as error:
        raise RegistryError(f"{path}: {error}") from error
    return data
