"""Asks whether a package of requirements-run.lock has a known vulnerability: exit code 1 when one has.

python deploy/audit.py

A package index can answer without its advisories (a mirror does), and then pip-audit finds nothing wrong:
that is told as what it is, nothing known, with exit code 75 (try again elsewhere).
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import typer

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements-run.lock"
EXPLAINED = ROOT / "deploy" / "vulnerabilities.toml"
"""Advisories that don't concern us, if there are: `[ID]` with `why`."""
FOUND, UNKNOWN = 1, 75
AUDIT = ("-m", "pip_audit", "--require-hashes", "--disable-pip", "--progress-spinner", "off", "-f", "json")


def main() -> int:
    """Ask, and say what came of it."""
    command = [sys.executable, *AUDIT, "-r", str(LOCK)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (json.JSONDecodeError, KeyError):
        typer.echo(f"the advisories can't be asked: {_last(done.stderr)}", err=True)
        return UNKNOWN
    return judge(packages, explained())


def explained() -> dict[str, str]:
    """Why an advisory is none of ours, by its id."""
    if not EXPLAINED.exists():
        return {}
    return {name: entry["why"] for name, entry in tomllib.loads(EXPLAINED.read_text()).items()}


def judge(packages: list[dict[str, Any]], known: dict[str, str]) -> int:
    """Tell what was found; the exit code."""
    asked = [one for one in packages if "vulns" in one]
    found = [(one, advisory) for one in asked for advisory in one["vulns"]]
    open_ = [(one, advisory) for one, advisory in found if not _names(advisory) & known.keys()]
    for one, advisory in open_:
        cure = ", ".join(advisory.get("fix_versions") or ["no version yet"])
        typer.echo(f"{one['name']} {one['version']}: {advisory['id']}, mended in {cure}")
    if open_:
        return FOUND
    if len(asked) < len(packages):
        typer.echo(
            f"{len(packages) - len(asked)} of {len(packages)} packages are not known there", file=sys.stderr
        )
        return UNKNOWN
    typer.echo(f"{len(asked)} packages, nothing known against them; explained: {len(found)}")
    return 0


def _names(advisory: dict[str, Any]) -> set[str]:
    return {advisory["id"], *advisory.get("aliases", ())}


def _last(text: str) -> str:
    return (text.strip().splitlines() or ["no answer"])[-1][:200]


if __name__ == "__main__":
    sys.exit(main())
