"""`manifest.json`: what a backup holds, of which versions, with a digest of every file.

It is written last: a folder without it is a backup that was broken off.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Final, Literal, get_args

import msgspec
from msgspec import Struct

from streams.engine.state.pages import RIVER, SCHEMA
from streams.errors import UserError
from streams.malformed import MALFORMED
from streams.stack.files import write_whole

Part = Literal["state", "alerts", "files"]
PARTS: Final[tuple[Part, ...]] = get_args(Part)
NAME: Final = "manifest.json"
FORMAT: Final = 1
BLOCK: Final = 1024 * 1024


class Content(Struct, frozen=True):
    """One file of a backup."""

    sha256: str
    bytes: int
    records: int = 0
    """Lines of a file of records; 0 for others."""


class StateFacts(Struct, frozen=True):
    """Where in Kafka the state was, partition by partition."""

    positions: list[int]
    """Last offset of `vitals` that the stored state has seen; -1 before the first."""
    ends: list[int]
    """End of `vitals` when the last of its records was kept."""
    committed: dict[str, list[int]]
    """By topic: the offset at which the consumer group would have gone on."""


class Manifest(Struct, frozen=True):
    """What a backup holds."""

    made: int
    """ms UTC."""
    app_id: str
    partitions: int
    parts: list[Part]
    files: dict[str, Content]
    """By path below the folder."""
    state: StateFacts | None = None
    format: int = FORMAT
    vitalstream: str = msgspec.field(default_factory=lambda: version("vitalstream"))
    schema: int = SCHEMA
    """Of pages of state: the newest that a partition's own page is of."""
    river: str = RIVER
    encrypted: bool = False


def write_manifest(folder: Path, manifest: Manifest) -> None:
    """Finish a backup."""
    write_whole(folder / NAME, msgspec.json.format(msgspec.json.encode(manifest)) + b"\n")


def read_manifest(folder: Path) -> Manifest:
    """The manifest of a backup. Raises UserError when it is none, or one of another format."""
    path = folder / NAME
    if not path.is_file():
        raise UserError(f"{folder} is no backup: it has no {NAME} (one that was broken off has none)")
    try:
        manifest = msgspec.json.decode(path.read_bytes(), type=Manifest)
    except MALFORMED as error:
        raise UserError(f"{path} can't be read: {error}") from error
    if manifest.format != FORMAT:
        raise UserError(f"{folder}: format {manifest.format}, this version reads {FORMAT}")
    return manifest


def content_of(path: Path, records: int = 0, moved: Callable[[int], None] = lambda _: None) -> Content:
    """Size and digest of a file; `moved` is told the bytes read."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
            moved(len(block))
    return Content(digest.hexdigest(), path.stat().st_size, records)


def check_files(folder: Path, manifest: Manifest, moved: Callable[[int], None] = lambda _: None) -> None:
    """Raises UserError when a file is missing or is not what it was."""
    for name, expected in manifest.files.items():
        path = folder / name
        if not _within(name) or not path.is_file():
            raise UserError(f"{path} is missing: this backup is not whole")
        if content_of(path, expected.records, moved) != expected:
            raise UserError(f"{path} is not what was saved (its sha256 differs): take another backup")


def _within(name: str) -> bool:
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts
