"""What holds for the whole tree: who imports whom, how long a module is, and what the wheel holds."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
PACKAGES = ("streams", "models", "exporters")
FORBIDDEN = ("faust", "mode", "aiokafka", "kafka", "redis", "prometheus_client")
LONGEST = 300
HEAVY = ("jax", "flax", "optax", "jax2onnx", "onnx", "matplotlib")

WALK = """
import importlib, json, pkgutil, sys
import models
for found in pkgutil.walk_packages(models.__path__, "models."):
    try:
        importlib.import_module(found.name)
    except ModuleNotFoundError as error:
        if error.name.partition(".")[0] not in {heavy!r}:
            raise
print(json.dumps(sorted({{name.partition(".")[0] for name in sys.modules}})))
"""


def run(*command, cwd, **environment):
    """Output of a command in a folder of its own, with nothing of this tree on its path."""
    environment = {**os.environ, "HOME": str(cwd), **environment}
    done = subprocess.run(
        command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=200, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def modules():
    return [path for package in PACKAGES for path in (ROOT / package).rglob("*.py")]


def test_models_import_no_faust_kafka_redis_or_prometheus(tmp_path):
    """Whatever module of models/ is imported, by whatever way."""
    code = WALK.format(heavy=HEAVY)

    loaded = set(json.loads(run(sys.executable, "-c", code, cwd=tmp_path, PYTHONPATH=str(ROOT))))

    assert {"models", "numpy", "river"} <= loaded
    assert loaded.isdisjoint(FORBIDDEN)


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_fits_in_the_head(path):
    assert len(path.read_text().splitlines()) <= LONGEST


def test_every_package_is_in_the_wheel_and_has_its_init():
    tracked = subprocess.run(
        ["git", "ls-files", "*.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    paths = [Path(line) for line in tracked.stdout.splitlines()] or [p.relative_to(ROOT) for p in modules()]
    top = {path.parts[0] for path in paths if len(path.parts) > 1}

    assert top - {"tests", "bench", "docs", "deploy"} == set(PACKAGES)
    assert set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == set(PACKAGES)
    for folder in {path.parent for path in paths if path.parts[0] in PACKAGES}:
        assert (ROOT / folder / "__init__.py").exists(), f"{folder} has no __init__.py"


def test_tests_mirror_the_tree():
    """A folder of tests is a package, so that two files of one name can live in it."""
    for folder in {path.parent for path in (ROOT / "tests").rglob("test_*.py")}:
        assert (folder / "__init__.py").exists(), f"{folder.relative_to(ROOT)} has no __init__.py"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    out = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "build", "--no-isolation", "--wheel", "--outdir", str(out), str(ROOT), cwd=out)
    [built] = out.glob("*.whl")
    return built


@pytest.mark.integration
def test_the_wheel_holds_its_data_files_and_no_tests(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    tops = {name.partition("/")[0] for name in names}

    assert {name for name in tops if not name.endswith(".dist-info")} == set(PACKAGES)
    for wanted in (
        "models/policy/policy.toml",
        "exporters/alerts/publish.lua",
        "exporters/alerts/take.lua",
        "exporters/alerts/riskboard.lua",
        "exporters/board/files/index.html",
        "exporters/deliveries/outbox.sql",
        "streams/stack/kafka.lock.toml",
    ):
        assert wanted in names
    assert any(name.startswith("models/registry/") and name.endswith(".onnx") for name in names)
    assert "models/registry/manifest.json" in names


@pytest.mark.integration
def test_the_wheel_works_from_an_empty_folder(wheel, tmp_path):
    """Beside its dependencies only: the tree it was built from is not on the path."""
    site, empty = tmp_path / "site", tmp_path / "empty"
    empty.mkdir()
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    run(*pip, "--no-deps", "--no-index", "--target", str(site), str(wheel), cwd=tmp_path)
    where = {"cwd": empty, "PYTHONPATH": str(site)}

    places = run(
        sys.executable, "-c",
        "import streams, models, exporters; print(streams.__file__, models.__file__, exporters.__file__)",
        **where,
    )  # fmt: skip
    start = (sys.executable, str(site / "bin" / "vitalstream"))
    told = run(*start, "--help", **where)
    verified = run(*start, "models", "verify", **where)

    assert all(place.startswith(str(site)) for place in places.split())
    assert "worker" in told
    assert "rhythm" in verified
