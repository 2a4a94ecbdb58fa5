"""`vitalstream grow`: more partitions, and the state that there is in the right ones."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `grow` to the command line."""
    app.command()(grow)


def grow(
    partitions: Annotated[
        int | None, typer.Option(min=2, max=4096, help="how many there are to be", show_default=False)
    ] = None,
    give_up: Annotated[
        bool, typer.Option("--give-up", help="take back what was broken off, while that can be done")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="print what was done as JSON")] = False,
) -> None:
    """Add partitions without losing state, so that more workers can share the work.

    First stop the gateways, let workers come to the end (lag 0), and stop these. Then this moves each
    wearer's state to its new partition, into a topic of its own, and adds the partitions to all topics.
    Killed half-way, run it again, or --give-up: workers do not start before. At the end set
    VITALSTREAM_PARTITIONS everywhere, and start workers, then gateways. The number can't be lowered.
    """
    from streams.errors import UserError

    if give_up == (partitions is not None):
        raise UserError("say either --partitions N, how many there are to be, or --give-up")
    if partitions is None:
        _give_up(json_)
    else:
        _grow(partitions, json_)


def _grow(partitions: int, as_json: bool) -> None:
    import msgspec

    from streams.cli.backup import bars
    from streams.growing import grow as do
    from streams.keys import state_seal
    from streams.settings import Settings
    from streams.stack import discover

    settings = discover(Settings())
    grown = do(settings, state_seal(settings), partitions, bars)
    if grown.strays.records:
        typer.echo(
            f"vitalstream: {grown.strays.records} records of {grown.strays.wearers} wearers came to"
            " partitions that are not theirs any more: a gateway or the API was at work. Stop it: there these"
            " wearers begin anew (docs/how-to/grow.md#what-to-know)",
            err=True,
        )
    if as_json:
        typer.echo(msgspec.json.encode(grown).decode())
        return
    typer.echo(
        f"{grown.partitions} partitions instead of {grown.previous}: {grown.wearers} wearers in {grown.pages}"
        f" pages and {grown.profiles} profiles moved; set VITALSTREAM_PARTITIONS={grown.partitions}"
        " everywhere, then start workers, then gateways"
    )


def _give_up(as_json: bool) -> None:
    import json

    from streams.growing import give_up
    from streams.settings import Settings
    from streams.stack import discover

    move = give_up(discover(Settings()))
    if as_json:
        typer.echo(json.dumps({"given_up": move.partitions, "partitions": move.previous}))
        return
    typer.echo(
        f"the growth to {move.partitions} partitions is given up: there are {move.previous} as before, and"
        " workers start again"
    )
