"""The networks of a running worker: several versions of each, taken in from the registry while it works.

A record that was judged by a version can be judged by it again: a version stays loaded while it is wanted or
was lately used, and is loaded from the registry when it is asked for after that. What is refused changes
nothing; the line-up that was wanted before stays wanted.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.deep.manifest import (
    MANIFEST,
    Manifest,
    ModelEntry,
    Reason,
    Refusal,
    RegistryError,
    read_manifest,
    read_model,
)
from models.deep.networks import COMMITTED, Network, Rows, open_network

KEPT = 3
"""Versions of a network that stay loaded beside those that are wanted: the last ones used. A partition
judges by two line-ups at most."""

Stat = tuple[str, int, int]
Key = tuple[str, str]
"""Name and version."""


class MissingVersion(LookupError):
    """A version that nobody has any more; the message names it and the registry."""


class Library:
    """Networks by name and version, and which of them the registry wants to judge or to be shadows.

    `refresh` may run in another thread than `run`: what it publishes is loaded, verified and replaced
    as a whole.
    """

    def __init__(self, registry: Path | None = None) -> None:
        """Load and verify; None takes the registry that ships.

        Raises RegistryError when the manifest can't be read, or when an active network is refused and
        no version that it replaced is good. A shadow that is refused is among `refusals`.
        """
        self.registry = COMMITTED if registry is None else registry
        self.lineup: Mapping[str, str] = {}
        """The version wanted of each network that judges."""
        self.shadows: Mapping[str, tuple[str, ...]] = {}
        """The versions of each network that score beside it."""
        self.refusals: tuple[Refusal, ...] = ()
        """What is refused at present."""
        self._loaded: dict[Key, Network] = {}
        self._digests: dict[Key, str] = {}
        """SHA-256 of all that was ever loaded: a version stays one network for as long as this lives."""
        self._turns = itertools.count()
        self._used: dict[Key, int] = {}
        """When a version was last asked for, in turns."""
        self._mark: frozenset[Stat] | None = None
        self._turn = threading.Lock()
        self._strict = True
        self.refresh()
        self._strict = False

    def refresh(self) -> list[Refusal]:
        """Look at the registry again; gives what is refused now and was not before.

        Costs a few file system calls when nothing has changed and nothing is refused, else the loading of
        what is new.
        """
        with self._turn:
            mark = self._look()
            if mark == self._mark:
                return []
            refused: list[Refusal] = []
            try:
                manifest = read_manifest(self.registry)
                wanted = manifest.active()
            except RegistryError as error:
                if self._strict:
                    raise
                refused.append(Refusal("manifest", f"{error}; what was loaded before stays"))
            else:
                self._take(manifest, wanted, refused)
                self._let_go()
            new = [refusal for refusal in refused if refusal not in self.refusals]
            # What was refused may have failed for a moment only, so it is looked at again each time.
            self.refusals, self._mark = tuple(refused), None if refused else mark
            return new

    def has(self, name: str, version: str) -> bool:
        """Whether this version can run; one that is not loaded yet is looked for in the registry."""
        try:
            self._find(name, version)
        except (MissingVersion, RegistryError):
            return False
        return True

    def entry(self, name: str, version: str) -> ModelEntry:
        """What the manifest says of a version. Raises MissingVersion, RegistryError."""
        return self._find(name, version).entry

    def run(self, name: str, version: str, rows: NDArray[np.floating]) -> Rows:
        """Outputs of a version for rows [n, …], each bit-equal whatever its place and neighbours.

        Raises MissingVersion, RegistryError when it has to be loaded and is refused, ValueError for
        rows of another shape.
        """
        return self._find(name, version).run(rows)

    def _find(self, name: str, version: str) -> Network:
        found = self._loaded.get((name, version))
        self._used[name, version] = next(self._turns)
        if found is not None:
            return found
        with self._turn:
            entry = read_manifest(self.registry).version(name, version)
            if entry is None:
                raise MissingVersion(f"{self.registry / MANIFEST}: no version {version} of {name}")
            return self._open(entry)

    def _take(self, manifest: Manifest, wanted: Mapping[str, ModelEntry], refused: list[Refusal]) -> None:
        lineup: dict[str, str] = {}
        for name, entry in wanted.items():
            version = self._judge(manifest, entry, refused)
            if version is not None:
                lineup[name] = version
        shadows: dict[str, tuple[str, ...]] = {}
        for entry in manifest.shadows():
            try:
                self._open(entry)
            except RegistryError as error:
                refused.append(Refusal("network", f"{error}; it is no shadow"))
            else:
                shadows[entry.name] = (*shadows.get(entry.name, ()), entry.version)
        self.lineup, self.shadows = lineup, shadows

    def _judge(self, manifest: Manifest, entry: ModelEntry, refused: list[Refusal]) -> str | None:
        """The version to judge by: the active one, else what judged before it."""
        try:
            return self._open(entry).entry.version
        except RegistryError as error:
            stays = self.lineup.get(entry.name) or self._before(manifest, entry)
            if stays is None:
                if self._strict:
                    raise
                refused.append(Refusal("network", f"{error}; {entry.name} does not run"))
                return None
            reason: Reason = "changed" if stays == entry.version else "network"
            refused.append(Refusal(reason, f"{error}; {entry.name} {stays} stays"))
            return stays

    def _before(self, manifest: Manifest, entry: ModelEntry) -> str | None:
        """The newest good version among those that this one replaced."""
        passed = {entry.version}
        while entry.replaced is not None and entry.replaced not in passed:
            passed.add(entry.replaced)
            before = manifest.version(entry.name, entry.replaced)
            if before is None:
                return None
            try:
                return self._open(before).entry.version
            except RegistryError:
                entry = before
        return None

    def _open(self, entry: ModelEntry) -> Network:
        """The network as it was loaded, or loaded now. Raises RegistryError."""
        key = entry.name, entry.version
        if self._digests.get(key, entry.sha256) != entry.sha256:
            raise RegistryError(
                f"{self.registry / MANIFEST}: {entry.name} {entry.version} has another sha256 than when it"
                " was loaded (another network needs another version)"
            )
        known = self._loaded.get(key)
        if known is not None:
            read_model(self.registry, entry)  # the next worker that starts will need the file
            return known
        opened = open_network(self.registry, entry)
        self._digests[key] = entry.sha256
        self._loaded = {**self._loaded, key: opened}
        return opened

    def _let_go(self) -> None:
        """Keep what is wanted, and of the other versions of each network the last ones used."""
        wanted = {*self.lineup.items(), *((name, v) for name, all_ in self.shadows.items() for v in all_)}
        others: dict[str, list[Key]] = {}
        for key in sorted(self._loaded.keys() - wanted, key=lambda key: self._used.get(key, -1)):
            others.setdefault(key[0], []).append(key)
        gone = {key for keys in others.values() for key in keys[:-KEPT]}
        self._loaded = {key: network for key, network in self._loaded.items() if key not in gone}

    def _look(self) -> frozenset[Stat]:
        """What tells that a file of the registry was replaced."""
        try:
            files = [path for path in self.registry.iterdir() if path.suffix == ".onnx"]
        except OSError:
            files = []
        return frozenset(map(_stat, [self.registry / MANIFEST, *files]))


def _stat(path: Path) -> Stat:
    try:
        found = path.stat()
    except OSError:
        return path.name, 0, -1
    return path.name, found.st_mtime_ns, found.st_size
