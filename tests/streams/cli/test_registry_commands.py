"""`vitalstream models …` on registries of their own."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from models.deep import networks
from models.deep.manifest import read_manifest
from models.deep.registry_edit import write_manifest
from streams.cli import build_app
from streams.errors import UserError, one_line
from tests.models.deep.variants import own_registry, put_square


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A registry with an active version of rhythm and a shadow, the one of this environment."""
    folder = own_registry(tmp_path / "registry")
    put_square(folder, "2")
    monkeypatch.setenv("VITALSTREAM_REGISTRY", str(folder))
    return folder


def said(*arguments: str) -> str:
    answer = CliRunner().invoke(build_app(), ["models", *arguments], catch_exceptions=False)
    assert answer.exit_code == 0, answer.output
    return answer.output.rstrip("\n")


def complained(*arguments: str) -> str:
    with pytest.raises(UserError) as error:
        said(*arguments)
    line = one_line(error.value)
    assert line is not None and "\n" not in line
    return line


def active(registry: Path) -> str:
    return read_manifest(registry).active()["rhythm"].version


def test_promote_and_roll_back(registry: Path) -> None:
    old = active(registry)

    assert said("promote", "rhythm") == f"rhythm 2 is active now, {old} has retired"
    assert active(registry) == "2"
    assert "replaced" in said("list")
    assert json.loads(said("rollback", "rhythm", "--json")) == {
        "name": "rhythm", "active": old, "retired": "2", "warning": None,
    }  # fmt: skip
    assert active(registry) == old
    assert json.loads(said("promote", "rhythm", "2", "--json"))["active"] == "2"


def test_other_thresholds_are_told(registry: Path) -> None:
    """Alerts go by the policy's edges, which no version brings along."""
    old, manifest = active(registry), read_manifest(registry)
    models = tuple(
        msgspec.structs.replace(entry, thresholds={"alert": 0.4 if entry.version == "2" else 0.5})
        for entry in manifest.models
    )
    write_manifest(registry, msgspec.structs.replace(manifest, models=models))

    first, warning = said("promote", "rhythm").split("\n")

    assert first == f"rhythm 2 is active now, {old} has retired"
    assert warning.startswith(f"warning: its thresholds are alert 0.4, those of {old} were alert 0.5")
    assert "policy's edges stay as they are" in warning and "docs/how-to/tune-alerts.md" in warning
    assert "were alert 0.4" in json.loads(said("rollback", "rhythm", "--json"))["warning"]


def test_what_is_wrong_is_one_line(registry: Path) -> None:
    assert "no version 7 of rhythm" in complained("promote", "rhythm", "7")
    assert "say which version of glucose" in complained("promote", "glucose")
    assert "nothing to go back to" in complained("rollback", "rhythm")
    (registry / "rhythm-2.onnx").write_bytes(b"bad")
    assert "sha256 is" in complained("promote", "rhythm", "2")
    assert "sha256 is" in complained("verify")
    assert "refused: " in said("list")
    assert "manifest.json" in complained("list", "--registry", str(registry / "nowhere"))
    assert "manifest.json" in complained("promote", "rhythm", "--registry", str(registry / "nowhere"))


def test_every_version_is_verified(registry: Path) -> None:
    old = active(registry)

    assert said("verify") == f"rhythm {old}, 2: verified"
    assert json.loads(said("verify", "--json")) == {
        "registry": str(registry), "verified": {"rhythm": old}, "versions": {"rhythm": [old, "2"]},
    }  # fmt: skip


def test_the_registry_of_an_installation_is_copied_not_changed(
    registry: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("VITALSTREAM_REGISTRY")
    monkeypatch.setattr(networks, "COMMITTED", registry)
    monkeypatch.setattr("sysconfig.get_path", lambda name: str(tmp_path))
    own = tmp_path.parent / f"{tmp_path.name}-own"

    line = complained("promote", "rhythm")

    assert "belongs to the installed package" in line and "models copy --out DIR" in line
    assert f"VITALSTREAM_REGISTRY={own}" in said("copy", "--out", str(own))
    assert said("promote", "rhythm", "--registry", str(own)).startswith("rhythm 2 is active now")


def test_a_trained_network_is_added_as_a_shadow(registry: Path, tmp_path: Path) -> None:
    trained = own_registry(tmp_path / "trained")

    told = said("add", "rhythm", "--from", str(trained), "--as", "3")

    assert told == "rhythm 3 is a shadow now, in rhythm-3.onnx"
    assert "there already" in complained("add", "rhythm", "--from", str(trained), "--as", "3")
