"""`vitalstream backup DIR` and `vitalstream restore DIR`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from streams.backup import Manifest, Part

Parts = Annotated[
    list[str] | None,
    typer.Option("--part", help="state, alerts or files; may be said again; all three if left out"),
]
Json = Annotated[bool, typer.Option("--json", help="print the manifest as JSON")]


def register(app: typer.Typer) -> None:
    """Add `backup` and `restore` to the command line."""
    app.command()(backup)
    app.command()(restore)


def backup(
    folder: Annotated[Path, typer.Argument(help="a new folder; made for its owner alone")],
    part: Parts = None,
    json_: Json = False,
) -> None:
    """Save what may not be lost: workers may go on meanwhile.

    state: the wearers' state from Kafka, their profiles, and the records that it has not seen.

    alerts: what Redis has; writers wait for the seconds that it takes, so it has to be the user admin's URL.

    files: of the data folder tokens, audit log, deliveries and history; and the registry, if it is your own.

    The state key is not in it, and nothing in it is encrypted: keep both safe, apart.
    """
    from streams import backup as backups
    from streams.keys import state_seal
    from streams.settings import Settings
    from streams.stack import discover

    settings = discover(Settings())
    manifest = backups.backup(settings, folder, _parts(part), lambda: state_seal(settings), bars)
    line = f"saved to {folder}, for its owner alone and not encrypted; the state key is not in it"
    _tell(manifest, json_, line)


def restore(
    folder: Annotated[Path, typer.Argument(help="what `vitalstream backup` has made")],
    part: Parts = None,
    check: Annotated[bool, typer.Option("--check", help="look whether it is whole; change nothing")] = False,
    json_: Json = False,
) -> None:
    """Put a backup onto an empty Kafka and Redis, and into an empty data folder; then start workers.

    Every file is held against its digest and every page of state against the state key before anything is
    changed. Stop gateways and workers first. A restore that broke off is begun again, from empty.
    """
    from streams import backup as backups
    from streams.keys import state_seal
    from streams.settings import Settings
    from streams.stack import discover

    settings = discover(Settings())
    if check:
        seal = (lambda: state_seal(settings)) if settings.state_key else None
        found, line = backups.check(folder, seal, bars), f"{folder} is whole"
        if seal is None:
            line += "; seals of pages were not checked: VITALSTREAM_STATE_KEY is not set"
    else:
        parts = _parts(part)
        found, line = backups.restore(settings, folder, parts, lambda: state_seal(settings), bars), "restored"
    _tell(found, json_, line)


def _parts(words: list[str] | None) -> list[Part]:
    from streams.backup import PARTS
    from streams.errors import UserError

    wanted = set(words or PARTS)
    if other := sorted(wanted - set(PARTS)):
        raise UserError(f"there is no part {other[0]!r}: there are {', '.join(PARTS)}")
    return [part for part in PARTS if part in wanted]


def _tell(manifest: Manifest, as_json: bool, line: str) -> None:
    import msgspec

    if as_json:
        typer.echo(msgspec.json.encode(manifest).decode())
        return
    for name, content in sorted(manifest.files.items()):
        records = f"{content.records} records, " if content.records else ""
        typer.echo(f"{name}  {records}{content.bytes / 1e6:.1f} MB")
    typer.echo(line)


@contextmanager
def bars(what: str, total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr; without an end where `total` is 0."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task(what, total=total or None)
        yield lambda moved: progress.advance(task, moved)
