"""Makes the bill of materials of a release: CycloneDX JSON, of all that runs and nothing else.

python deploy/sbom.py dist/vitalstream.cdx.json

Packages of requirements-run.lock as they are installed here, with their licences; the networks that ship;
the board's script library; the jars that the embedded local stack fetches.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import typer
from packaging.markers import Marker
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements-run.lock"
LINE = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)(?: ; ([^\\]+))?", re.MULTILINE)
COMMAND = ("-m", "cyclonedx_py", "environment", "--output-reproducible", "--no-validate", "-o", "-")

Component = dict[str, Any]


def locked() -> dict[str, str]:
    """Version of each package of the lock that this platform and Python take."""
    return {
        canonicalize_name(name): number
        for name, number, marker in LINE.findall(LOCK.read_text())
        if not marker or Marker(marker.strip()).evaluate()
    }


def bill() -> dict[str, Any]:
    """The whole document. Raises SystemExit: what is installed is not what is locked."""
    wanted = locked()
    for name, number in wanted.items():
        if _installed(name) != number:
            raise SystemExit(
                f"{name} is {_installed(name)} here and {number} in {LOCK.name}: install the lock"
            )
    found = json.loads(_environment())
    packages = [one for one in found["components"] if canonicalize_name(one["name"]) in wanted]
    found["components"] = [*packages, *networks(), *scripts(), *jars()]
    kept = {one["bom-ref"] for one in found["components"]} | {found["metadata"]["component"]["bom-ref"]}
    found["dependencies"] = [
        entry | {"dependsOn": sorted(kept & set(entry.get("dependsOn", ())))}
        for entry in found["dependencies"]
        if entry["ref"] in kept
    ]
    return dict(found)


def networks() -> Iterator[Component]:
    """The networks of the registry that ships."""
    registry = ROOT / "models" / "registry"
    for model in json.loads((registry / "manifest.json").read_text())["models"]:
        yield {
            "type": "machine-learning-model",
            "bom-ref": f"network:{model['name']}@{model['version']}",
            "name": model["name"],
            "version": model["version"],
            "hashes": [{"alg": "SHA-256", "content": model["sha256"]}],
            "licenses": [{"license": {"id": "Apache-2.0"}}],
        }


def scripts() -> Iterator[Component]:
    """What of other people's the board carries."""
    said = (ROOT / "exporters" / "board" / "files" / "uplot" / "VERSION.md").read_text()
    found = re.match(r"uPlot (\S+) .*?, (\w+) ", said)
    if found is None:
        raise SystemExit("the board's VERSION.md does not say which uPlot it is")
    yield {
        "type": "library",
        "bom-ref": f"uplot@{found[1]}",
        "name": "uplot",
        "version": found[1],
        "purl": f"pkg:npm/uplot@{found[1]}",
        "licenses": [{"license": {"id": found[2]}}],
    }


def jars() -> Iterator[Component]:
    """What the embedded stack fetches when it is first started; images don't have it."""
    lock = tomllib.loads((ROOT / "streams" / "stack" / "kafka.lock.toml").read_text())
    for coordinate, digest in lock["sha256"].items():
        group, name, number = coordinate.split(":")
        yield {
            "type": "library",
            "bom-ref": coordinate,
            "group": group,
            "name": name,
            "version": number,
            "scope": "optional",
            "purl": f"pkg:maven/{group}/{name}@{number}",
            "hashes": [{"alg": "SHA-256", "content": digest}],
        }


def _environment() -> str:
    command = [sys.executable, *COMMAND, "--pyproject", str(ROOT / "pyproject.toml"), sys.executable]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


if __name__ == "__main__":
    target = Path(sys.argv[1])
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(bill(), indent=2) + "\n")
    typer.echo(f"{target}: {len(locked())} packages, networks, scripts and jars")
