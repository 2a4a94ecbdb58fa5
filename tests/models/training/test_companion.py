"""Rhythm is judged with the quality network beside it, and the other way round."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from models.deep.manifest import MANIFEST, Manifest, read_manifest
from models.deep.networks import COMMITTED
from models.training.companion import companion
from streams.cli import build_app
from tests.models.training.recordings import write_record


def registry(folder: Path, *names: str, **changes: Any) -> Path:
    """A registry with networks that ship, changed."""
    folder.mkdir()
    entries = [msgspec.structs.replace(read_manifest(COMMITTED).served(name), **changes) for name in names]
    for entry in entries:
        shutil.copy(COMMITTED / entry.file, folder)
    (folder / MANIFEST).write_bytes(msgspec.json.encode(Manifest(1, tuple(entries))))
    return folder


def test_a_registry_judges_with_its_own_networks_where_it_has_them(tmp_path: Path) -> None:
    own = registry(tmp_path / "own", "rhythm", version="9.9.9")

    assert companion("rhythm", own).versions == {"rhythm": "9.9.9"}
    assert companion("quality", own).versions == companion("quality", None).versions


def test_a_retired_network_is_no_companion(tmp_path: Path) -> None:
    own = registry(tmp_path / "own", "rhythm", version="9.9.9", status="retired")

    assert companion("rhythm", own).versions == companion("rhythm", None).versions


@pytest.mark.parametrize("names", [("quality", "rhythm"), ("quality",)])
def test_quality_is_judged_with_the_rhythm_network_of_its_registry(
    tmp_path: Path, names: tuple[str, ...]
) -> None:
    write_record(tmp_path, "a", [("N", 3000)])
    own = registry(tmp_path / "own", *names, thresholds={"usable": 0.5, "alert": 0.0})

    result = CliRunner().invoke(
        build_app(), ["evaluate", "quality", "--data", str(tmp_path), "--registry", str(own), "--json"]
    )

    called = msgspec.json.decode(result.stdout)["called_af_by_wrong_intervals"]["0"]["called_af"]
    assert (called == 1.0) == ("rhythm" in names)
