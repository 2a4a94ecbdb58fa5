"""`vitalstream topics`: the topics on a broker of one's own."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `topics` to the command line."""
    app.command()(topics)


def topics(
    replication: Annotated[int, typer.Option(min=1, help="copies of each partition")] = 1,
) -> None:
    """Make the topics where they are missing; those that exist are left as they are."""
    from streams.settings import Settings
    from streams.stack import discover, ensure_topics

    settings = discover(Settings())
    ensure_topics(settings.broker, settings.partitions, replication)
    typer.echo(f"topics are there, {settings.partitions} partitions each")
