"""A network that breaks while it is swapped in."""

from __future__ import annotations

import random
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from models.deep.manifest import MANIFEST, read_manifest
from models.deep.networks import COMMITTED
from models.deep.registry_edit import add, promote
from streams.chaos.scene import Inject, Scene

NAME, VERSION = "rhythm", "chaos"


def own_registry(folder: Path) -> dict[str, str]:
    """A copy of the networks that ship, and one beside it in which another version judges."""
    registry, next_ = folder / "registry", folder / "registry.next"
    shutil.copytree(COMMITTED, registry)
    shutil.copytree(COMMITTED, next_)
    add_active(next_)
    promote(next_, NAME, VERSION)
    return {"VITALSTREAM_REGISTRY": str(registry), "VITALSTREAM_REGISTRY_POLL_S": "0.5"}


def add_active(registry: Path) -> None:
    """The active version again, by another name, as a shadow."""
    add(registry, COMMITTED, NAME, VERSION)


@contextmanager
def broken_in_swap(scene: Scene, chance: random.Random) -> Iterator[None]:
    """The manifest wants a version of which half a file has arrived; one worker has to start on that."""
    registry, next_ = scene.folder / "registry", scene.folder / "registry.next"
    before = (registry / MANIFEST).read_bytes()
    entry = read_manifest(next_).active()[NAME]
    whole = (next_ / entry.file).read_bytes()
    (registry / entry.file).write_bytes(whole[: chance.randrange(len(whole))])
    shutil.copyfile(next_ / entry.card, registry / entry.card)
    _replace(registry / MANIFEST, (next_ / MANIFEST).read_bytes())
    chance.choice(scene.crew.workers).send(signal.SIGKILL)
    try:
        yield
    finally:
        _replace(registry / MANIFEST, before)


def _replace(path: Path, data: bytes) -> None:
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(data)
    draft.replace(path)


FAULTS: dict[str, Inject] = {"model-broken-in-swap": broken_in_swap}
