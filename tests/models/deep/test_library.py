"""The networks of a running worker while its registry changes."""

from __future__ import annotations

import errno
import os
import threading
from pathlib import Path

import msgspec
import numpy as np
import pytest

from models.deep.library import Library, MissingVersion
from models.deep.manifest import MANIFEST, RegistryError, read_manifest
from models.deep.networks import BLOCK, COMMITTED, Networks
from models.deep.registry_edit import promote, write_manifest
from tests.models.deep.hearts import bigeminy, fibrillation, sinus
from tests.models.deep.variants import own_registry, put_square

ROWS = np.concatenate([sinus(20), fibrillation(20), bigeminy(10)])


@pytest.fixture
def registry(tmp_path: Path) -> Path:
    return own_registry(tmp_path / "registry")


@pytest.fixture
def old(registry: Path) -> str:
    return read_manifest(registry).active()["rhythm"].version


def change(registry: Path, which: str, **fields: object) -> None:
    manifest = read_manifest(registry)
    models = tuple(
        msgspec.structs.replace(entry, **fields) if entry.version == which else entry
        for entry in manifest.models
    )
    write_manifest(registry, msgspec.structs.replace(manifest, models=models))


def spoil(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"\0")


def test_what_ships_is_loaded_with_its_shadows() -> None:
    library = Library()

    assert library.lineup == Networks.load().versions
    assert library.refusals == ()
    shadows = {(entry.name, entry.version) for entry in read_manifest(COMMITTED).shadows()}
    assert {(name, version) for name, all_ in library.shadows.items() for version in all_} == shadows


def test_a_promoted_version_is_wanted_at_the_next_look_and_the_old_one_still_runs(
    registry: Path, old: str
) -> None:
    library = Library(registry)
    before = library.run("rhythm", old, ROWS)
    put_square(registry, "2", times=4)
    assert library.refresh() == []
    assert (library.lineup, library.shadows) == ({"rhythm": old}, {"rhythm": ("2",)})

    promote(registry, "rhythm")

    assert library.lineup == {"rhythm": old}, "nothing changes before it is looked at"
    assert library.refresh() == []
    assert (library.lineup, library.shadows) == ({"rhythm": "2"}, {})
    assert np.array_equal(library.run("rhythm", old, ROWS), before)
    assert np.abs(library.run("rhythm", "2", ROWS) - before**16).max() < 1e-5
    assert np.abs(library.run("rhythm", "2", ROWS) - before).max() > 0.1, "truly another network"


@pytest.mark.parametrize("version", ["1", "2"])
def test_a_row_scores_bit_equal_whatever_its_place_and_neighbours(registry: Path, version: str) -> None:
    change(registry, read_manifest(registry).active()["rhythm"].version, version="1")
    put_square(registry, "2")
    library = Library(registry)
    scores, rng = library.run("rhythm", version, ROWS), np.random.default_rng(0)

    for size in (1, 2, BLOCK - 1, BLOCK, BLOCK + 1):
        chosen = rng.permutation(len(ROWS))[:size]
        assert np.array_equal(library.run("rhythm", version, ROWS[chosen]), scores[chosen])


def test_a_retired_version_that_stored_state_asks_for_is_loaded_then(registry: Path, old: str) -> None:
    put_square(registry, "2")
    promote(registry, "rhythm")
    library = Library(registry)
    assert list(library._loaded) == [("rhythm", "2")]

    assert library.has("rhythm", old)
    assert library.run("rhythm", old, ROWS).shape == (50,)
    assert library.entry("rhythm", old).status == "retired"


def test_a_version_that_is_gone_is_told(registry: Path, old: str) -> None:
    library = Library(registry)

    assert not library.has("rhythm", "9")
    with pytest.raises(MissingVersion, match="no version 9 of rhythm"):
        library.run("rhythm", "9", ROWS)
    change(registry, old, file="gone.onnx", version="8")
    assert not library.has("rhythm", "8")


def test_a_bad_file_is_refused_once_and_the_old_version_stays(registry: Path, old: str) -> None:
    library = Library(registry)
    bad = put_square(registry, "2")
    promote(registry, "rhythm")
    spoil(registry / bad.file)

    refusals = library.refresh()

    assert [refusal.reason for refusal in refusals] == ["network"]
    assert "rhythm-2.onnx: sha256 is" in refusals[0].says
    assert refusals[0].says.endswith(f"rhythm {old} stays") and "\n" not in refusals[0].says
    assert library.lineup == {"rhythm": old}
    assert library.refresh() == [] and library.refusals == tuple(refusals)


def test_a_file_that_is_mended_is_taken_without_a_change_of_the_manifest(registry: Path, old: str) -> None:
    library = Library(registry)
    entry = put_square(registry, "2")
    promote(registry, "rhythm")
    whole = (registry / entry.file).read_bytes()
    (registry / entry.file).write_bytes(whole[:1000])
    library.refresh()
    assert library.lineup == {"rhythm": old}

    (registry / entry.file).write_bytes(whole)

    assert library.refresh() == []
    assert (library.lineup, library.refusals) == ({"rhythm": "2"}, ())


@pytest.mark.parametrize("fails", [MANIFEST, "rhythm-2.onnx"])
def test_a_read_that_fails_once_is_done_again_though_no_file_has_changed(
    registry: Path, old: str, fails: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(registry)
    put_square(registry, "2")
    promote(registry, "rhythm")

    def broken(path: Path) -> bytes:
        if path.name == fails:
            raise OSError(errno.EIO, "Input/output error")
        return path.open("rb").read()

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", broken)
        refused = library.refresh()
        assert len(refused) == 1 and library.refresh() == [], "told once"
        assert (library.lineup, library.refusals) == ({"rhythm": old}, tuple(refused))

    assert library.refresh() == []
    assert (library.lineup, library.refusals) == ({"rhythm": "2"}, ())


@pytest.mark.parametrize("damage", ["nothing", "garbled", "two active", "gone"])
def test_a_bad_manifest_is_refused_and_all_stays(registry: Path, old: str, damage: str) -> None:
    library = Library(registry)
    put_square(registry, "2")
    path = registry / MANIFEST
    if damage == "two active":
        change(registry, "2", status="active")
    elif damage == "gone":
        path.unlink()
    else:
        path.write_bytes(b"" if damage == "nothing" else path.read_bytes()[:-40])

    (refusal,) = library.refresh()

    assert refusal.reason == "manifest" and MANIFEST in refusal.says
    assert library.lineup == {"rhythm": old}
    assert len(library.run("rhythm", old, ROWS)) == 50


def test_a_network_that_changed_under_its_version_is_refused(registry: Path, old: str) -> None:
    library = Library(registry)
    other = put_square(registry, "2")
    change(registry, old, file=other.file, sha256=other.sha256, sample=other.sample)
    before = library.run("rhythm", old, ROWS)

    refusals = library.refresh()

    assert [refusal.reason for refusal in refusals] == ["changed"]
    assert "another network needs another version" in refusals[0].says
    assert np.array_equal(library.run("rhythm", old, ROWS), before)


def test_the_file_of_a_running_version_is_watched(registry: Path, old: str) -> None:
    """It runs on, but the next worker that starts would not find it."""
    library = Library(registry)
    spoil(registry / read_manifest(registry).active()["rhythm"].file)

    refusals = library.refresh()

    assert [refusal.reason for refusal in refusals] == ["changed"]
    assert library.lineup == {"rhythm": old}


def test_a_worker_that_starts_takes_what_the_bad_version_replaced(registry: Path, old: str) -> None:
    bad = put_square(registry, "2")
    promote(registry, "rhythm")
    spoil(registry / bad.file)

    library = Library(registry)

    assert library.lineup == {"rhythm": old}
    assert [refusal.reason for refusal in library.refusals] == ["network"]


def test_a_worker_without_any_good_version_does_not_start(registry: Path) -> None:
    spoil(registry / read_manifest(registry).active()["rhythm"].file)

    with pytest.raises(RegistryError, match="sha256"):
        Library(registry)


def test_a_bad_shadow_stops_nobody(registry: Path, old: str) -> None:
    put_square(registry, "2")
    spoil(registry / put_square(registry, "3").file)

    library = Library(registry)

    assert (library.lineup, library.shadows) == ({"rhythm": old}, {"rhythm": ("2",)})
    assert [refusal.says.endswith("it is no shadow") for refusal in library.refusals] == [True]


def test_a_network_that_is_no_longer_active_is_not_wanted(registry: Path, old: str) -> None:
    library = Library(registry)
    change(registry, old, status="retired")

    assert library.refresh() == []

    assert library.lineup == {}
    assert library.has("rhythm", old)


def test_one_for_training_is_neither_judge_nor_shadow(registry: Path, old: str) -> None:
    put_square(registry, "2")
    change(registry, "2", use="training")

    library = Library(registry)

    assert (library.lineup, library.shadows) == ({"rhythm": old}, {})


def promoted(registry: Path, library: Library, count: int) -> list[str]:
    """Let so many versions judge, one after the other; gives them."""
    versions = [str(number) for number in range(2, 2 + count)]
    for version in versions:
        put_square(registry, version)
        promote(registry, "rhythm", version)
        library.refresh()
        library.run("rhythm", version, ROWS)
    return versions


def loaded(library: Library) -> list[str]:
    return sorted(version for _, version in library._loaded)


def test_versions_that_nobody_uses_are_let_go_and_come_back_when_asked_for(registry: Path, old: str) -> None:
    library = Library(registry)
    before = library.run("rhythm", old, ROWS)

    versions = promoted(registry, library, 6)

    assert loaded(library) == versions[-4:], "the active one and the last three before it"
    assert np.array_equal(library.run("rhythm", old, ROWS), before)


def test_a_version_that_is_still_asked_for_is_not_let_go(registry: Path, old: str) -> None:
    library = Library(registry)
    put_square(registry, "beside")

    for number in range(2, 8):
        put_square(registry, str(number))
        promote(registry, "rhythm", str(number))
        library.run("rhythm", old, ROWS)
        library.refresh()

    assert {old, "7", "beside"} <= set(loaded(library)) and len(loaded(library)) == 5


def test_a_version_that_was_let_go_comes_back_as_itself_or_not_at_all(registry: Path, old: str) -> None:
    library = Library(registry)
    promoted(registry, library, 6)
    other = next(entry for entry in read_manifest(registry).models if entry.version == "3")

    change(registry, old, file=other.file, sha256=other.sha256, sample=other.sample)

    assert not library.has("rhythm", old)


def test_looking_at_an_unchanged_registry_opens_no_file(
    registry: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = Library(registry)
    monkeypatch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read"))

    assert library.refresh() == []


def test_rows_are_scored_while_another_thread_looks_for_new_versions(registry: Path, old: str) -> None:
    library = Library(registry)
    expected, wrong, stop = library.run("rhythm", old, ROWS), list[str](), threading.Event()

    def score() -> None:
        while not stop.is_set():
            lineup = library.lineup
            if lineup == {"rhythm": old} and not np.array_equal(library.run("rhythm", old, ROWS), expected):
                wrong.append("scores")

    thread = threading.Thread(target=score)
    thread.start()
    for version in ("2", "3", "4"):
        put_square(registry, version)
        os.utime(registry / MANIFEST)
        library.refresh()
    stop.set()
    thread.join()

    assert wrong == []
    assert library.shadows == {"rhythm": ("2", "3", "4")}
