"""`vitalstream models list | verify | promote | rollback | add | copy`."""

from __future__ import annotations

import json
import os
import sysconfig
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from models.deep.manifest import ModelEntry

Name = Annotated[str, typer.Argument(help="network, e.g. rhythm")]
Version = Annotated[str | None, typer.Argument(help="version; the only shadow of that name if left out")]
Registry = Annotated[
    Path | None,
    typer.Option(
        "--registry",
        envvar="VITALSTREAM_REGISTRY",
        help="folder with manifest.json; the one that ships if left out",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="print JSON")]

models = typer.Typer(help="The networks of the registry.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `models` to the command line."""
    app.add_typer(models, name="models")


@models.command("list")
def list_(registry: Registry = None, json_: Json = False) -> None:
    """Show every version of every network with its status, use and threshold."""
    import msgspec

    from models.deep.manifest import read_manifest
    from models.deep.networks import COMMITTED

    folder = registry or COMMITTED
    with _told():
        entries = read_manifest(folder).models
    if json_:
        typer.echo(msgspec.json.encode(entries).decode())
        return
    for entry in entries:
        typer.echo(_line(folder, entry))


@models.command()
def verify(registry: Registry = None, json_: Json = False) -> None:
    """Check every network but retired ones: sha256, single dense file, signature, sample outputs."""
    from models.deep.manifest import read_manifest
    from models.deep.networks import COMMITTED, open_network

    folder = registry or COMMITTED
    with _told():
        manifest = read_manifest(folder)
        manifest.active()
        kept = [entry for entry in manifest.models if entry.status != "retired" or entry.use == "training"]
        for entry in kept:
            open_network(folder, entry)
    versions: dict[str, list[str]] = {}
    for entry in kept:
        versions.setdefault(entry.name, []).append(entry.version)
    lines = "\n".join(f"{name} {', '.join(known)}: verified" for name, known in versions.items())
    served = {name: manifest.served(name).version for name in versions}
    _echo({"registry": str(folder), "verified": served, "versions": versions}, lines, json_)


@models.command()
def promote(name: Name, version: Version = None, registry: Registry = None, json_: Json = False) -> None:
    """Let a shadow or retired version judge; the active one retires. Running workers follow."""
    from models.deep import registry_edit

    with _told():
        active, before = registry_edit.promote(_writable(registry), name, version)
    _say(active, before, json_)


@models.command()
def rollback(name: Name, registry: Registry = None, json_: Json = False) -> None:
    """Let the version judge that did before the active one was promoted. Running workers follow."""
    from models.deep import registry_edit

    with _told():
        active, before = registry_edit.rollback(_writable(registry), name)
    _say(active, before, json_)


@models.command()
def add(
    name: Name,
    source: Annotated[Path, typer.Option("--from", help="registry that it was trained into")],
    as_: Annotated[str | None, typer.Option("--as", help="version to call it by")] = None,
    registry: Registry = None,
    json_: Json = False,
) -> None:
    """Take a network out of another registry as a shadow: it scores, and only metrics see it."""
    from models.deep import registry_edit

    with _told():
        entry = registry_edit.add(_writable(registry), source, name, as_)
    told = {"name": entry.name, "version": entry.version, "status": entry.status, "file": entry.file}
    _echo(told, f"{entry.name} {entry.version} is a shadow now, in {entry.file}", json_)


@models.command()
def copy(
    out: Annotated[Path, typer.Option("--out", help="new or empty folder")],
    registry: Registry = None,
    json_: Json = False,
) -> None:
    """Copy a registry, as one of your own to promote in; workers take it by VITALSTREAM_REGISTRY."""
    from models.deep import registry_edit
    from models.deep.networks import COMMITTED

    with _told():
        count = registry_edit.copy(registry or COMMITTED, out)
    told = {"registry": str(out), "versions": count}
    _echo(told, f"{count} networks copied; set VITALSTREAM_REGISTRY={out.absolute()} for the workers", json_)


def _say(active: ModelEntry, before: ModelEntry | None, json_: bool) -> None:
    warning = _edges(active, before)
    told = {
        "name": active.name,
        "active": active.version,
        "retired": None if before is None else before.version,
        "warning": warning,
    }
    instead = "" if before is None else f", {before.version} has retired"
    line = f"{active.name} {active.version} is active now{instead}"
    _echo(told, line if warning is None else f"{line}\nwarning: {warning}", json_)


def _edges(active: ModelEntry, before: ModelEntry | None) -> str | None:
    """What to say when the edges that a version was judged at are not those of the one before."""
    if before is None or active.thresholds == before.thresholds:
        return None
    return (
        f"its thresholds are {_thresholds(active)}, those of {before.version} were {_thresholds(before)}:"
        " the policy's edges stay as they are, see docs/how-to/tune-alerts.md"
    )


def _thresholds(entry: ModelEntry) -> str:
    return ", ".join(f"{name} {value}" for name, value in entry.thresholds.items()) or "none"


def _echo(told: dict[str, Any], line: str, json_: bool) -> None:
    typer.echo(json.dumps(told) if json_ else line)


def _line(folder: Path, entry: ModelEntry) -> str:
    from models.deep.manifest import RegistryError, read_model

    notes = [f"{name} at {value}" for name, value in entry.thresholds.items()]
    if entry.replaced is not None:
        notes.append(f"replaced {entry.replaced}")
    try:
        read_model(folder, entry)
    except RegistryError as error:
        notes.append(f"refused: {error}")
    told = f"{entry.status:<8} {entry.use:<8} {entry.sha256[:12]}"
    return f"{entry.name:<14} {entry.version:<8} {told}  {', '.join(notes)}"


def _writable(registry: Path | None) -> Path:
    """The registry to change. Raises UserError for the one inside an installation: an update replaces it."""
    from models.deep.networks import COMMITTED
    from streams.errors import UserError

    folder = (registry or COMMITTED).absolute()
    installed = Path(sysconfig.get_path("purelib")) in folder.parents
    if installed or (folder.is_dir() and not os.access(folder, os.W_OK)):
        why = "belongs to the installed package" if installed else "can't be written"
        raise UserError(
            f"{folder} {why}: run `vitalstream models copy --out DIR` and set VITALSTREAM_REGISTRY=DIR,"
            " here and for the workers"
        )
    return folder


@contextmanager
def _told() -> Iterator[None]:
    from models.deep.manifest import RegistryError
    from streams.errors import UserError

    try:
        yield
    except RegistryError as error:
        raise UserError(str(error)) from error
