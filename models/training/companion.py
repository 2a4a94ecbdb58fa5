"""The other network that judging needs: alerts of rhythm rest on windows that quality calls usable."""

from __future__ import annotations

from pathlib import Path

from models.deep.manifest import read_manifest
from models.deep.networks import Networks


def companion(name: str, registry: Path | None) -> Networks:
    """The registry's own network of this name where it has one, as a stream would run it; else what ships.

    Raises RegistryError as `Networks.only`.
    """
    if registry is not None:
        found = read_manifest(registry).models
        if any(entry.name == name and entry.status != "retired" for entry in found):
            return Networks.only(name, registry)
    return Networks.only(name)
