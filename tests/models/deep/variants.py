"""Registries with more than one version of a network, made without any tool for ONNX."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import msgspec
import numpy as np

from models.deep.manifest import ModelEntry, Sample, read_manifest
from models.deep.networks import COMMITTED, open_network
from models.deep.registry_edit import write_manifest

Nodes = tuple[tuple[str, tuple[str, ...], str], ...]
"""Operators with the names of their inputs and of their output."""


def own_registry(folder: Path, *names: str) -> Path:
    """A registry with the active versions of these networks that ship, `rhythm` if none is named."""
    folder.mkdir(parents=True)
    manifest = read_manifest(COMMITTED)
    entries = [entry for name, entry in manifest.active().items() if name in (names or ("rhythm",))]
    for entry in entries:
        shutil.copyfile(COMMITTED / entry.file, folder / entry.file)
        (folder / entry.card).write_text("A copy.\n")
    write_manifest(folder, msgspec.structs.replace(manifest, models=tuple(entries)))
    return folder


def put_square(
    registry: Path, version: str, status: str = "shadow", name: str = "rhythm", times: int = 1
) -> ModelEntry:
    """Another version of the active network: its answer squared so many times, so truly another one."""
    entry = read_manifest(registry).active()[name]
    data = (registry / entry.file).read_bytes()
    for _ in range(times):
        data = more(data, entry.outputs[0].name, SQUARE)
    return put(registry, data, entry, version, status)


def put_contrary(registry: Path, version: str, status: str = "shadow", name: str = "rhythm") -> ModelEntry:
    """Another version of the active network, which says the opposite: 1 less its answer."""
    entry = read_manifest(registry).active()[name]
    data = more((registry / entry.file).read_bytes(), entry.outputs[0].name, CONTRARY)
    return put(registry, data, entry, version, status)


def put(registry: Path, data: bytes, entry: ModelEntry, version: str, status: str) -> ModelEntry:
    """Write a graph and its entry, with the sample outputs that it gives."""
    file = f"{entry.name}-{version}.onnx"
    (registry / file).write_bytes(data)
    digest = hashlib.sha256(data).hexdigest()
    loose = Sample(entry.sample.rows, entry.sample.outputs, 1e9)
    made = msgspec.structs.replace(
        entry, version=version, status=status, file=file, sha256=digest, sample=loose, replaced=None
    )
    rows = np.array(entry.sample.rows, np.float32).reshape(-1, *entry.row.shape)
    outputs = tuple(map(float, open_network(registry, made).run(rows).ravel()))
    made = msgspec.structs.replace(made, sample=Sample(entry.sample.rows, outputs))
    manifest = read_manifest(registry)
    write_manifest(registry, msgspec.structs.replace(manifest, models=(*manifest.models, made)))
    return made


SQUARE: Nodes = (("Mul", ("given", "given"), "out"),)
CONTRARY: Nodes = (
    ("Sub", ("given", "given"), "zero"),
    ("Exp", ("zero",), "one"),
    ("Sub", ("one", "given"), "out"),
)


def more(graph: bytes, output: str, nodes: Nodes) -> bytes:
    """The graph with more nodes behind it: `given` is what it gave, `out` what it gives now.

    Protobuf merges a field that comes again into what it had, so nodes can be appended to the graph.
    """
    told = message(2, output.encode())  # as the output of a node; that of the graph is in another field
    assert graph.count(told) == 1
    # Names stand as whole fields, so a name of one letter can be told from the same letter elsewhere.
    free = (
        name
        for name in (f"{output[:-1]}{letter}" for letter in "0123456789qz")
        if all(message(field, name.encode()) not in graph for field in (1, 2))
    )
    names = {"given": next(free), "out": output}
    added = b""
    for operator, inputs, result in nodes:
        names.setdefault(result, f"{names['given']}_{result}")
        node = b"".join(message(1, names[name].encode()) for name in inputs)
        node += message(2, names[result].encode()) + message(4, operator.encode())
        added += message(1, node)
    return graph.replace(told, message(2, names["given"].encode())) + message(7, added)


def message(number: int, content: bytes) -> bytes:
    """A protobuf field that holds bytes shorter than 128."""
    assert len(content) < 128
    return bytes([number << 3 | 2, len(content)]) + content
