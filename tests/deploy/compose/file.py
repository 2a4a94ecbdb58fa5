"""A compose file as `docker compose` reads it: variables filled in, override files laid over it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

VARIABLE = re.compile(r"\$(?:(\$)|\{(\w+)(?::-([^}]*))?\})")
WHOLE = ("command", "entrypoint", "test")
"""Lists that an override file replaces; others are added to."""


@dataclass(frozen=True)
class Mount:
    """A folder or file of the project, or a named volume, somewhere in a container."""

    source: str
    target: str
    read_only: bool

    @property
    def named(self) -> bool:
        return not self.source.startswith(".")


@dataclass(frozen=True)
class Service:
    """One service; `body` is what the file says of it."""

    name: str
    body: Mapping[str, Any]

    @property
    def image(self) -> str:
        """The image's name without its version."""
        return str(self.body["image"]).rpartition(":")[0] or str(self.body["image"])

    @property
    def replicas(self) -> int:
        return int(self.body.get("deploy", {}).get("replicas", 1))

    @property
    def environment(self) -> dict[str, str]:
        return {name: str(value) for name, value in self.body.get("environment", {}).items()}

    @property
    def mounts(self) -> list[Mount]:
        parts = [text.split(":") for text in self.body.get("volumes", [])]
        return [Mount(source, target, "ro" in rest) for source, target, *rest in parts]

    @property
    def tmpfs(self) -> list[str]:
        return [text.partition(":")[0] for text in self.body.get("tmpfs", [])]

    @property
    def waits_for(self) -> dict[str, str]:
        """Condition by service."""
        return {name: how["condition"] for name, how in self.body.get("depends_on", {}).items()}

    @property
    def is_by_hand(self) -> bool:
        """Whether it runs only when somebody says `docker compose run`."""
        return self.body.get("profiles") == ["tools"]

    @property
    def is_job(self) -> bool:
        """Whether it runs to an end."""
        return str(self.body["restart"]).startswith("on-failure")


@dataclass(frozen=True)
class Compose:
    """A whole file."""

    services: Mapping[str, Service]
    secrets: Mapping[str, str]
    """File by name, relative to the project."""
    volumes: frozenset[str]

    def in_order(self) -> Iterator[Service]:
        """Services, each after those that it waits for."""
        done: set[str] = set()
        waiting = list(self.services.values())
        while waiting:
            ready = [one for one in waiting if one.waits_for.keys() <= done]
            assert ready, f"{[one.name for one in waiting]} wait for each other"
            yield from ready
            done |= {one.name for one in ready}
            waiting = [one for one in waiting if one.name not in done]


def read(*paths: Path, environ: Mapping[str, str] | None = None) -> Compose:
    """The file, with the others laid over it; variables come from `environ` alone."""
    whole: dict[str, Any] = {}
    for path in paths:
        whole = _laid_over(whole, _filled(yaml.safe_load(path.read_text()), environ or {}))
    return Compose(
        {name: Service(name, body) for name, body in whole["services"].items()},
        {name: one["file"] for name, one in whole["secrets"].items()},
        frozenset(whole["volumes"]),
    )


def _filled(value: Any, environ: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _filled(part, environ) for name, part in value.items()}
    if isinstance(value, list):
        return [_filled(part, environ) for part in value]
    if isinstance(value, str):
        return VARIABLE.sub(lambda found: found[1] or environ.get(found[2]) or found[3] or "", value)
    return value


def _laid_over(below: Any, above: Any, name: str = "") -> Any:
    if isinstance(below, dict) and isinstance(above, dict):
        merged = {key: _laid_over(below[key], above[key], key) for key in below.keys() & above.keys()}
        return {**below, **above, **merged}
    if isinstance(below, list) and isinstance(above, list) and name not in WHOLE:
        if name == "volumes":  # by place in the container
            taken = {text.split(":")[1] for text in above}
            below = [text for text in below if text.split(":")[1] not in taken]
        return [*below, *(one for one in above if one not in below)]
    return above
