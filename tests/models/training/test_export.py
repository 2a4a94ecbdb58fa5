"""Entries that trainers write."""

from __future__ import annotations

import threading
from importlib import import_module
from pathlib import Path

import msgspec
import pytest

from models.deep.manifest import read_manifest
from models.deep.networks import COMMITTED
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


def test_what_is_trained_again_takes_the_place_of_its_version_whatever_that_was(tmp_path: Path) -> None:
    registry = own_registry(tmp_path / "registry")
    entry = read_manifest(registry).active()["rhythm"]

    for status in ("shadow", "active", "retired"):
        again = msgspec.structs.replace(entry, status=status)
        write_entry(registry, again)
        assert read_manifest(registry).models == (again,)


def test_a_trained_shadow_stands_beside_the_version_that_judges(tmp_path: Path) -> None:
    registry = own_registry(tmp_path / "registry")
    entry = read_manifest(registry).active()["rhythm"]
    trained = msgspec.structs.replace(entry, version="9", status="shadow")

    write_entry(registry, trained)

    assert read_manifest(registry).models == (entry, trained)


@pytest.mark.parametrize("name", ["rhythm", "quality", "glucose", "diabetes", "unusual"])
def test_a_network_that_ships_active_is_active_when_it_is_trained_again(name: str) -> None:
    make = import_module(f"models.training.{name}.train")._entry
    entry = make(0.5) if make.__code__.co_argcount else make()

    assert entry.status == read_manifest(COMMITTED).served(name).status == "active"
