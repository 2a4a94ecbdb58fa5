"""The files of a data folder that a backup keeps: who may do what, what they did, what waits, history."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Final

from exporters.access.access import access_path, audit_path
from exporters.deliveries.overview import FILE as DELIVERIES
from exporters.history.history import FILE
from models.deep.manifest import MANIFEST
from streams.settings import Settings
from streams.stack.files import exclusive, private_folder

FOLDER: Final = "files"
HISTORY: Final = FILE
REGISTRY: Final = "registry"


def save_files(settings: Settings, folder: Path) -> list[Path]:
    """Copy what is there to below `folder`; gives the copies. Programs may go on meanwhile."""
    target = private_folder(folder / FOLDER)
    copies: list[Path] = []
    audit = audit_path(settings)
    # Under the log's own lock: its rows and its head belong together.
    with exclusive(audit.with_name(f"{audit.name}.lock")) if audit.exists() else nullcontext():
        for name, path in _plain(settings).items():
            if path.exists():
                copies.append(_copy(path, target / name))
    for name, path in _databases(settings).items():
        if path.exists():
            copies.append(_snapshot(path, target / name))
    copies += _registry(settings, target / REGISTRY)
    return copies


def taken(settings: Settings) -> list[Path]:
    """Files that a restore would overwrite."""
    paths = [*_plain(settings).values(), *_databases(settings).values()]
    if settings.registry is not None:
        paths.append(settings.registry / MANIFEST)
    return [path for path in paths if path.exists()]


def lacks_a_place(settings: Settings, folder: Path) -> bool:
    """Whether a backup has a registry and the settings don't say where it goes."""
    return (folder / FOLDER / REGISTRY).is_dir() and settings.registry is None


def load_files(settings: Settings, folder: Path, cluster: str | None) -> list[Path]:
    """Put every file of a backup in its place; gives the places.

    `cluster` is the id of the Kafka that it serves now: history forgets how far it had read another one,
    and goes on from the beginning of this one.
    """
    source, places = folder / FOLDER, dict(_plain(settings)) | _databases(settings)
    done = [_copy(source / name, place) for name, place in places.items() if (source / name).exists()]
    if cluster is not None and (source / HISTORY).exists():
        _adopt(places[HISTORY], cluster)
    if settings.registry is not None and (source / REGISTRY).is_dir():
        done += _copy_all(source / REGISTRY, settings.registry)
    return done


def _plain(settings: Settings) -> Mapping[str, Path]:
    audit = audit_path(settings)
    return {
        "access.json": access_path(settings),
        "audit.jsonl": audit,
        "audit.jsonl.head": audit.with_name(f"{audit.name}.head"),
        "break-glass.json": audit.with_name("break-glass.json"),
    }


def _databases(settings: Settings) -> dict[str, Path]:
    return {name: settings.data_dir.expanduser() / name for name in (DELIVERIES, HISTORY)}


def _registry(settings: Settings, target: Path) -> list[Path]:
    return [] if settings.registry is None else _copy_all(settings.registry, target)


def _copy_all(source: Path, target: Path) -> list[Path]:
    return [_copy(path, target / path.relative_to(source)) for path in _content(source)]


def _content(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.name.startswith("."))


def _copy(source: Path, target: Path) -> Path:
    private_folder(target.parent)
    target.touch(mode=0o600, exist_ok=False)
    shutil.copyfile(source, target)
    return target


def _snapshot(source: Path, target: Path) -> Path:
    """A database as of one moment, by SQLite's own online backup."""
    target.touch(mode=0o600, exist_ok=False)
    with closing(sqlite3.connect(source)) as old, closing(sqlite3.connect(target)) as new:
        old.backup(new)
        new.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
    return target


def _adopt(history: Path, cluster: str) -> None:
    with closing(sqlite3.connect(history)) as link, link:
        link.execute("DELETE FROM offsets")
        link.execute("INSERT OR REPLACE INTO facts VALUES('cluster', ?)", (cluster,))
