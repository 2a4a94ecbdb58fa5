"""Entries that trainers write."""

from __future__ import annotations

import threading
from pathlib import Path

import msgspec

from models.deep.manifest import read_manifest
from models.deep.registry_lock import changing
from models.training.export import write_entry
from tests.models.deep.variants import own_registry


def test_an_entry_waits_for_whoever_changes_the_registry(tmp_path: Path) -> None:
    registry = own_registry(tmp_path / "registry")
    entry = read_manifest(registry).active()["rhythm"]
    trained = msgspec.structs.replace(entry, version="9")

    with changing(registry):
        writing = threading.Thread(target=write_entry, args=(registry, trained))
        writing.start()
        writing.join(0.3)
        assert writing.is_alive() and read_manifest(registry).models == (entry,)
    writing.join(60)

    assert read_manifest(registry).models == (trained,)
