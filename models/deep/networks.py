"""Runs the networks of a registry: one session each, up to 32 rows at a time.

A row's output never depends on its place or its neighbours: what is derived of a row is of it alone, and a
run is of 8, 16, 24 or 32 rows, filled up with its own first one. Other numbers leave a rest behind the last
whole vector of the processor, or a single row in the place of a matrix: there some operators go another way,
whose last bit can differ. That a run of few rows gives the bits of a full one is tried on the sample of each
network when it is loaded; one that does not is always run on 32.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray

from models.deep.known import Derive, known
from models.deep.manifest import ModelEntry, RegistryError, read_manifest, read_model

BLOCK = 32
"""Rows of a run: more bring no speed (DESIGN.md), fewer cost up to three times as much a row."""
STEP = 8
"""Short runs are filled up to a multiple of so many rows."""

Rows = NDArray[np.float32]

COMMITTED = Path(__file__).resolve().parent.parent / "registry"
"""The registry that ships inside the package."""


class Network:
    """One verified session with the derivation of its inputs."""

    def __init__(self, entry: ModelEntry, session: ort.InferenceSession, derive: Derive) -> None:
        self.entry = entry
        self._session, self._derive = session, derive
        self._names = [tensor.name for tensor in entry.inputs]
        self.whole = False
        """Whether it runs on 32 rows always."""

    def run(self, rows: NDArray[np.floating]) -> Rows:
        """Outputs for rows [n, …]. Raises ValueError for another shape."""
        rows = np.asarray(rows, dtype=np.float32)
        if rows.shape[1:] != self.entry.row.shape:
            wanted = ["n", *self.entry.row.shape]
            raise ValueError(f"{self.entry.name} takes rows of shape {wanted}, not {list(rows.shape)}")
        out = np.empty((len(rows), *self.entry.outputs[0].shape), np.float32)
        for start in range(0, len(rows), BLOCK):
            block = rows[start : start + BLOCK]
            out[start : start + BLOCK] = self._block(block)[: len(block)]
        return out

    def _block(self, block: Rows) -> Rows:
        if self.whole:
            block = _filled(block, BLOCK)
        rows = len(block) + -len(block) % STEP
        return self._run([_filled(part, rows) for part in self._derive(block)])

    def unpadded(self, rows: Rows) -> Rows:
        """Outputs for just these rows: the last bits of a single one can be others."""
        return self._run(self._derive(rows))

    def _run(self, inputs: Sequence[Rows]) -> Rows:
        result: Rows = self._session.run(None, dict(zip(self._names, inputs, strict=True)))[0]
        return result


def _filled(rows: Rows, size: int) -> Rows:
    """So many rows: these, and the first of them again and again."""
    missing = size - len(rows)
    return np.concatenate([rows, np.repeat(rows[:1], missing, axis=0)]) if missing else rows


class Networks:
    """The active networks of a registry."""

    def __init__(self, networks: Mapping[str, Network]) -> None:
        self._networks = dict(networks)

    @classmethod
    def load(cls, registry_dir: Path | None = None) -> Networks:
        """Load and verify every active network; None takes the registry that ships.

        Raises RegistryError: bad manifest, sha256 mismatch, external data, sparse initialisers,
        another signature or other sample outputs than the manifest says.
        """
        registry = COMMITTED if registry_dir is None else registry_dir
        active = read_manifest(registry).active()
        return cls({name: open_network(registry, entry) for name, entry in active.items()})

    @classmethod
    def only(cls, name: str, registry_dir: Path | None = None) -> Networks:
        """Load and verify one network: its active version, or its shadow where none is active.

        Raises RegistryError as `load` does, and when there is neither.
        """
        registry = COMMITTED if registry_dir is None else registry_dir
        return cls({name: open_network(registry, read_manifest(registry).served(name))})

    @property
    def versions(self) -> dict[str, str]:
        """Name to version of what is loaded."""
        return {name: network.entry.version for name, network in self._networks.items()}

    def entry(self, name: str) -> ModelEntry:
        """What the manifest says of a network: thresholds, metrics, signature."""
        return self._find(name).entry

    def run(self, name: str, rows: NDArray[np.floating]) -> Rows:
        """Outputs of a network for rows [n, …] (rhythm: 60 intervals in ms, gives P(AF) [n]).

        Raises KeyError for an unknown name, ValueError for another shape or values not finite.
        """
        return self._find(name).run(rows)

    def _find(self, name: str) -> Network:
        try:
            return self._networks[name]
        except KeyError:
            raise KeyError(f"no active network {name!r}; there are: {', '.join(self._networks)}") from None


def _session(data: bytes) -> ort.InferenceSession:
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    # Warnings about unused initialisers tell an operator nothing.
    options.log_severity_level = 3
    return ort.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def open_network(registry: Path, entry: ModelEntry) -> Network:
    """Load and verify one network: shapes, file, sha256, signature, sample outputs. Raises RegistryError."""
    derive = known(entry).derive
    data = read_model(registry, entry)
    try:
        session = _session(data)
    except Exception as error:  # onnxruntime raises many unrelated classes
        raise RegistryError(f"{entry.file}: onnxruntime refuses it: {_line(error)}") from error
    _check_signature(entry, session)
    network = Network(entry, session, derive)
    _check_sample(network)
    return network


def _check_signature(entry: ModelEntry, session: ort.InferenceSession) -> None:
    for kind, promised, found in (
        ("inputs", entry.inputs, session.get_inputs()),
        ("outputs", entry.outputs, session.get_outputs()),
    ):
        actual = [(arg.name, tuple(arg.shape[1:]), _dtype(arg.type)) for arg in found]
        if actual != [(tensor.name, tensor.shape, tensor.dtype) for tensor in promised]:
            raise RegistryError(f"{entry.file}: {kind} are {actual}, the manifest says {promised}")
        fixed = [arg.name for arg in found if isinstance(arg.shape[0], int)]
        if fixed:
            raise RegistryError(f"{entry.file}: {kind} {fixed} have a fixed batch size")


def _dtype(onnx_type: str) -> str:
    return {"tensor(float)": "float32"}.get(onnx_type, onnx_type)


def _check_sample(network: Network) -> None:
    sample = network.entry.sample
    try:
        rows = np.array(sample.rows, np.float32).reshape(-1, *network.entry.row.shape)
        many = np.resize(rows, (BLOCK, *rows.shape[1:]))
        # Runs of every size, and each row in another place than in the full one.
        short = [network.run(many[BLOCK - size :]) for size in range(STEP, BLOCK, STEP)]
        alone = np.concatenate([network.run(row[None]) for row in rows])
        network.whole = True
        outputs, full = network.run(rows), network.run(many)
        network.whole = not np.array_equal(alone, outputs) or any(
            not np.array_equal(few, full[BLOCK - len(few) :]) for few in short
        )
    except Exception as error:  # a graph may fail in any operator
        raise RegistryError(f"{network.entry.file}: fails on the sample rows: {_line(error)}") from error
    if outputs.size != len(sample.outputs):
        raise RegistryError(f"{network.entry.file}: {outputs.size} sample outputs, not {len(sample.outputs)}")
    worst = float(np.abs(outputs.ravel() - np.array(sample.outputs, np.float32)).max())
    if not worst <= sample.tolerance:
        raise RegistryError(f"{network.entry.file}: sample outputs differ by {worst:.2g}")


def _line(error: Exception) -> str:
    """What onnxruntime says may be of many lines."""
    return " ".join(str(error).split())
