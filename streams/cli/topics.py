"""`vitalstream topics`: the topics on a broker of one's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `topics` to the command line."""
    app.command()(topics)


def topics(
    acls: Annotated[
        bool, typer.Option("--acls", help="let each role do what its commands need; as admin")
    ] = False,
    passwords: Annotated[
        Path | None,
        typer.Option(help="folder: the file kafka_ROLE in it becomes the password of user ROLE (SCRAM)"),
    ] = None,
) -> None:
    """Make the topics where they are missing; those that exist are left as they are.

    So are ACLs. What the users of the roles may do besides is told, not taken away.
    """
    from streams.settings import Settings
    from streams.stack import discover, ensure_topics
    from streams.wires import Broker
    from streams.wires.grants import make_acls, make_users
    from streams.wires.probe import check_broker

    settings = discover(Settings())
    broker = Broker.of(settings)
    check_broker(broker)
    ensure_topics(broker, settings.partitions, settings.replication)
    typer.echo(f"topics are there, {settings.partitions} partitions each")
    if passwords is not None:
        typer.echo(f"users have their passwords: {', '.join(make_users(broker, passwords))}")
    if acls:
        made = make_acls(broker, settings.app_id)
        for user, right in made.made:
            typer.echo(f"{user} may now {right}")
        for words in made.surplus:
            typer.echo(f"not by the table: {words}", err=True)
        typer.echo(f"ACLs are there: {len(made.made)} made, {made.there} were there")
