"""`vitalstream topics`: the topics on a broker of one's own."""

from __future__ import annotations

import typer


def register(app: typer.Typer) -> None:
    """Add `topics` to the command line."""
    app.command()(topics)


def topics() -> None:
    """Make the topics where they are missing; those that exist are left as they are."""
    from streams.settings import Settings
    from streams.stack import discover, ensure_topics

    settings = discover(Settings())
    ensure_topics(settings.broker, settings.partitions, settings.replication)
    typer.echo(f"topics are there, {settings.partitions} partitions each")
