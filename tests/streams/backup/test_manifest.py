"""A backup that is not what was saved is refused in one line."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.backup.layout import quietly
from streams.backup.lines import Page, writing
from streams.backup.manifest import Manifest, content_of, read_manifest, write_manifest
from streams.backup.restore import check
from streams.backup.save import backup
from streams.engine.names import VITALS
from streams.engine.state.formats import Formats
from streams.engine.state.pages import RIVER, SCHEMA, PageData, Seal, page_key
from streams.errors import UserError
from streams.settings import Settings

KEY = bytes(32)


@pytest.fixture
def saved(tmp_path: Path) -> Path:
    """A backup of one page."""
    key = page_key(0, 7)
    with writing(tmp_path / "state.jsonl.gz") as out:
        sealed = Seal(KEY).write(key, 3, PageData(SCHEMA, RIVER, {}, {}, []))
        out.write(Page(0, key.decode(), sealed))
    files = {"state.jsonl.gz": content_of(tmp_path / "state.jsonl.gz", out.count)}
    write_manifest(tmp_path, Manifest(0, VITALS, 4, ["state"], files))
    return tmp_path


def test_what_is_whole_is_taken(saved: Path) -> None:
    found = check(saved, lambda: Seal(KEY), quietly)

    assert found.files["state.jsonl.gz"].records == 1
    assert found == read_manifest(saved)


def test_a_changed_file_is_found(saved: Path) -> None:
    with (saved / "state.jsonl.gz").open("ab") as file:
        file.write(b"!")

    with pytest.raises(UserError, match="its sha256 differs"):
        check(saved, None, quietly)


def test_a_missing_file_is_found(saved: Path) -> None:
    (saved / "state.jsonl.gz").unlink()

    with pytest.raises(UserError, match="is missing"):
        check(saved, None, quietly)


def test_pages_of_another_key_are_found_before_anything_is_changed(saved: Path) -> None:
    with pytest.raises(UserError, match="sealed with another key"):
        check(saved, lambda: Seal(b"\1" * 32), quietly)


def test_state_that_this_version_cannot_read_is_found_before_anything_is_changed(saved: Path) -> None:
    """The manifest tells of partitions' own pages; a page of a wearer who was silent can be older."""
    later = Formats({SCHEMA + 1: RIVER}, {})

    with pytest.raises(UserError, match=r"page 0/7 .* is of another version \(schema\): restore with that"):
        check(saved, lambda: Seal(KEY, None, later), quietly)


def test_a_backup_that_was_broken_off_is_none(saved: Path) -> None:
    (saved / "manifest.json").unlink()

    with pytest.raises(UserError, match="broken off"):
        read_manifest(saved)


def test_a_manifest_that_leads_out_of_its_folder_is_refused(saved: Path, tmp_path: Path) -> None:
    found = read_manifest(saved)
    write_manifest(saved, Manifest(0, VITALS, 4, ["state"], {"../x": found.files["state.jsonl.gz"]}))

    with pytest.raises(UserError, match="is missing"):
        check(saved, None, quietly)


def test_a_folder_in_use_is_left_alone(saved: Path) -> None:
    with pytest.raises(UserError, match="not empty"):
        backup(Settings(), saved, ["files"], lambda: Seal(KEY), quietly)
