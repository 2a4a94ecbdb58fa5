"""`vitalstream grow`: more partitions, and the state that there is in the right ones."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `grow` to the command line."""
    app.command()(grow)


def grow(
    partitions: Annotated[int, typer.Option(min=2, max=4096, help="how many there are to be")],
    json_: Annotated[bool, typer.Option("--json", help="print what was done as JSON")] = False,
) -> None:
    """Add partitions without losing state, so that more workers can share the work.

    First stop the gateways, let workers come to the end (lag 0), and stop these. Then this moves each
    wearer's state to its new partition, into a topic of its own, and adds the partitions to all topics.
    Killed half-way, run it again: workers do not start before it has ended. At the end set
    VITALSTREAM_PARTITIONS everywhere, and start workers, then gateways. The number can't be lowered.
    """
    import msgspec

    from streams.cli.backup import bars
    from streams.growing import grow as do
    from streams.keys import state_key
    from streams.settings import Settings
    from streams.stack import discover

    settings = discover(Settings())
    grown = do(settings, state_key(settings), partitions, bars)
    if json_:
        typer.echo(msgspec.json.encode(grown).decode())
        return
    typer.echo(
        f"{grown.partitions} partitions instead of {grown.previous}: {grown.wearers} wearers in {grown.pages}"
        f" pages and {grown.profiles} profiles moved; set VITALSTREAM_PARTITIONS={grown.partitions}"
        " everywhere, then start workers, then gateways"
    )
