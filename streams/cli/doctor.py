"""`vitalstream doctor`: checks everything that is needed, and says what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from streams.doctor import Finding

COLOURS = {"ok": "green", "warn": "yellow", "wrong": "red"}


def register(app: typer.Typer) -> None:
    """Add `doctor` to the command line."""
    app.command()(doctor)


def doctor(
    worker: Annotated[
        list[str] | None,
        typer.Option(help="metrics address of a running worker, http://HOST:PORT; may be repeated"),
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="print one JSON object a finding")] = False,
) -> None:
    """Check Kafka, Redis, clocks, networks, keys, certificates, files and this machine.

    Each line is ok, warn (it works, and may not for long) or wrong, with what to do. Exit code 1 when
    something is wrong. Nothing is changed, no wearer's data is shown.
    """
    import msgspec

    from streams.doctor import examine
    from streams.settings import Settings
    from streams.stack import discover

    wrong = False
    for finding in examine(discover(Settings()), worker or ()):
        wrong = wrong or finding.level == "wrong"
        typer.echo(msgspec.json.encode(finding).decode() if json_ else _line(finding))
    if wrong:
        raise typer.Exit(1)


def _line(finding: Finding) -> str:
    mark = typer.style(f"{finding.level:<6}", fg=COLOURS[finding.level])
    line = f"{mark}{finding.name:<14}{finding.says}"
    if finding.do:
        line += f"\n{'':20}do: {finding.do}"
    if finding.see:
        line += f"\n{'':20}see: {finding.see}"
    return line
