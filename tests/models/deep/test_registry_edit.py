"""Promote, roll back, add, copy: what the manifest says afterwards, and what is refused."""

from __future__ import annotations

import multiprocessing
import shutil
import threading
from multiprocessing.synchronize import Barrier
from pathlib import Path

import msgspec
import pytest

from models.deep.manifest import MANIFEST, RegistryError, read_manifest
from models.deep.networks import COMMITTED, Networks
from models.deep.registry_edit import add, copy, promote, rollback, write_manifest
from models.deep.registry_lock import LOCK, changing
from tests.models.deep.variants import own_registry, put_square


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    """`rhythm` 1 is active, 2 and 3 are shadows."""
    folder = own_registry(tmp_path / "registry")
    manifest = read_manifest(folder)
    renamed = tuple(msgspec.structs.replace(entry, version="1") for entry in manifest.models)
    write_manifest(folder, msgspec.structs.replace(manifest, models=renamed))
    put_square(folder, "2")
    put_square(folder, "3")
    return folder


def statuses(registry: Path) -> dict[str, str]:
    return {entry.version: entry.status for entry in read_manifest(registry).models}


def test_a_promoted_version_is_active_and_the_old_one_has_retired(registry: Path) -> None:
    active, before = promote(registry, "rhythm", "2")

    assert before is not None
    assert (active.version, active.status, active.replaced, before.version) == ("2", "active", "1", "1")
    assert statuses(registry) == {"1": "retired", "2": "active", "3": "shadow"}
    assert Networks.load(registry).versions == {"rhythm": "2"}


def test_rollbacks_go_back_step_by_step(registry: Path) -> None:
    promote(registry, "rhythm", "2")
    promote(registry, "rhythm", "3")

    assert rollback(registry, "rhythm")[0].version == "2"
    assert statuses(registry) == {"1": "retired", "2": "active", "3": "retired"}
    assert rollback(registry, "rhythm")[0].version == "1"
    with pytest.raises(RegistryError, match="nothing to go back to"):
        rollback(registry, "rhythm")


def test_a_retired_version_can_be_promoted_again(registry: Path) -> None:
    promote(registry, "rhythm", "2")
    rollback(registry, "rhythm")

    assert promote(registry, "rhythm", "2")[0].version == "2"


def test_without_a_version_there_must_be_one_shadow(registry: Path) -> None:
    with pytest.raises(RegistryError, match=r"say which version of rhythm .shadows: 2, 3"):
        promote(registry, "rhythm")
    promote(registry, "rhythm", "2")
    assert promote(registry, "rhythm")[0].version == "3"


def test_a_network_without_an_active_version_is_promoted_too(registry: Path) -> None:
    manifest = read_manifest(registry)
    models = tuple(entry for entry in manifest.models if entry.version == "2")
    write_manifest(registry, msgspec.structs.replace(manifest, models=models))

    active, before = promote(registry, "rhythm")

    assert (active.version, active.replaced, before) == ("2", None, None)


@pytest.mark.parametrize(
    ("version", "reason"),
    [("9", r"no version 9 of rhythm .there are: 1, 2, 3"), ("1", "active already")],
)
def test_what_can_not_be_promoted_changes_nothing(registry: Path, version: str, reason: str) -> None:
    before = (registry / MANIFEST).read_bytes()

    with pytest.raises(RegistryError, match=reason):
        promote(registry, "rhythm", version)

    assert (registry / MANIFEST).read_bytes() == before


def test_a_bad_file_is_not_promoted(registry: Path) -> None:
    before = (registry / MANIFEST).read_bytes()
    (registry / "rhythm-2.onnx").write_bytes(b"no network")

    with pytest.raises(RegistryError, match="sha256"):
        promote(registry, "rhythm", "2")

    assert (registry / MANIFEST).read_bytes() == before


def test_nobody_rolls_back_to_a_file_that_is_gone(registry: Path) -> None:
    promote(registry, "rhythm", "2")
    (registry / "rhythm.onnx").unlink()

    with pytest.raises(RegistryError, match="No such file"):
        rollback(registry, "rhythm")

    assert statuses(registry)["2"] == "active"


def test_a_manifest_that_can_not_be_replaced_is_one_line_and_leaves_nothing(registry: Path) -> None:
    (registry / MANIFEST).unlink()
    (registry / MANIFEST).mkdir()
    there = set(registry.iterdir())

    with pytest.raises(RegistryError, match=r"manifest\.json can't be written"):
        write_manifest(registry, read_manifest(COMMITTED))

    assert set(registry.iterdir()) == there


def test_the_manifest_that_ships_is_written_as_it_is_read(tmp_path: Path) -> None:
    """So that a promotion changes only its own lines."""
    write_manifest(tmp_path, read_manifest(COMMITTED))

    assert (tmp_path / MANIFEST).read_text() == (COMMITTED / MANIFEST).read_text()


def test_a_trained_network_is_added_as_a_shadow(registry: Path, tmp_path: Path) -> None:
    trained = own_registry(tmp_path / "trained")

    entry = add(registry, trained, "rhythm", "4")

    assert (entry.status, entry.file, entry.card) == ("shadow", "rhythm-4.onnx", "rhythm-4.md")
    assert statuses(registry) == {"1": "active", "2": "shadow", "3": "shadow", "4": "shadow"}
    assert (registry / "rhythm-4.md").read_text() == "A copy.\n"
    assert promote(registry, "rhythm", "4")[0].version == "4"


def test_a_version_is_added_once(registry: Path, tmp_path: Path) -> None:
    trained = own_registry(tmp_path / "trained")
    for version, reason in (("2", "there already"), ("../2", "no version")):
        with pytest.raises(RegistryError, match=reason):
            add(registry, trained, "rhythm", version)


def test_a_network_for_training_is_not_added(registry: Path) -> None:
    before = (registry / MANIFEST).read_bytes()

    with pytest.raises(RegistryError, match="synth_rhythm is a network for training") as told:
        add(registry, COMMITTED, "synth_rhythm", "2")

    assert "\n" not in str(told.value)
    assert (registry / MANIFEST).read_bytes() == before


def test_a_copy_is_a_registry_of_its_own(registry: Path, tmp_path: Path) -> None:
    assert copy(registry, tmp_path / "own") == 3

    shutil.rmtree(registry)
    assert Networks.load(tmp_path / "own").versions == {"rhythm": "1"}
    with pytest.raises(RegistryError, match="not empty"):
        copy(COMMITTED, tmp_path / "own")


def add_many(registry: Path, source: Path, prefix: str, start: Barrier) -> None:
    start.wait(60)
    for number in range(6):
        add(registry, source, "rhythm", f"{prefix}{number}")


def test_two_processes_that_change_a_registry_lose_nothing(registry: Path, tmp_path: Path) -> None:
    trained = own_registry(tmp_path / "trained")
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(2)
    both = [context.Process(target=add_many, args=(registry, trained, prefix, start)) for prefix in "ab"]

    for process in both:
        process.start()
    for process in both:
        process.join(60)

    assert [process.exitcode for process in both] == [0, 0]
    added = {f"{prefix}{number}" for prefix in "ab" for number in range(6)}
    assert statuses(registry).keys() == {"1", "2", "3"} | added


def test_a_change_waits_for_the_one_before(registry: Path) -> None:
    with changing(registry):
        waiting = threading.Thread(target=promote, args=(registry, "rhythm", "2"))
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive() and statuses(registry)["2"] == "shadow"
    waiting.join(60)

    assert statuses(registry)["2"] == "active"


def test_a_registry_that_can_only_be_read_is_read(registry: Path) -> None:
    """Tests may run as root, whom no mode of a folder holds off."""
    (registry / LOCK).mkdir()
    there = set(registry.iterdir())

    with pytest.raises(RegistryError, match=r"manifest\.json can't be changed"):
        promote(registry, "rhythm", "2")

    assert Networks.load(registry).versions == {"rhythm": "1"}
    assert set(registry.iterdir()) == there


def test_a_copy_takes_no_lock_along(registry: Path, tmp_path: Path) -> None:
    promote(registry, "rhythm", "2")

    copy(registry, tmp_path / "own")

    assert (registry / LOCK).exists() and not (tmp_path / "own" / LOCK).exists()
