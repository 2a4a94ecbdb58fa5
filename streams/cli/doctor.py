"""`vitalstream doctor`: checks everything that a worker needs."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `doctor` to the command line."""
    app.command()(doctor)


def doctor(
    json_: Annotated[bool, typer.Option("--json", help="print one JSON object a finding")] = False,
) -> None:
    """Check broker, topics, Redis, clock, models, key and folders; exit code 1 when something is wrong."""
    import msgspec

    from streams.doctor import examine
    from streams.settings import Settings
    from streams.stack import discover

    well = True
    for finding in examine(discover(Settings())):
        well = well and finding.good
        if json_:
            typer.echo(msgspec.json.encode(finding).decode())
        else:
            mark = typer.style("ok  ", fg="green") if finding.good else typer.style("BAD ", fg="red")
            typer.echo(f"{mark}{finding.name:<14}{finding.says}")
    if not well:
        raise typer.Exit(1)
