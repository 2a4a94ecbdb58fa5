"""`vitalstream forget WEARER`: the right to erasure, as far as it can be done."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from streams.settings import Settings


def register(app: typer.Typer) -> None:
    """Add `forget` to the command line."""
    app.command()(forget)


def forget(
    wearer: Annotated[str, typer.Argument(help="the wearer's pseudonym")],
    yes: Annotated[bool, typer.Option("--yes", help="don't ask: it can't be undone")] = False,
    timeout: Annotated[
        float, typer.Option(min=1.0, help="seconds to wait for the workers, for each of two steps")
    ] = 120.0,
    json_: Annotated[bool, typer.Option("--json", help="print what was done as JSON")] = False,
) -> None:
    """Erase all that is known of a wearer, and say what can't be erased.

    Workers end what is out and drop profile and state, every API drops its history of the wearer; then
    alerts, silences and risk go from Redis, and messages from the deliveries of this data folder. Stop the
    wearer's devices first: a packet that comes later begins anew. The audit log gets an entry.

    As Kafka's admin and with the URL of Redis' user admin, while workers are at work. May be run again.
    """
    import json

    from exporters.alerts.forget import forget as forget_alerts
    from exporters.deliveries.forget import forget as forget_deliveries
    from streams.backup.redis_keys import connection
    from streams.forgetting import forget_in_workers
    from streams.forgetting.kept import kept
    from streams.settings import Settings
    from streams.stack import discover

    settings = discover(Settings())
    if not yes:
        typer.confirm(f"Forget {wearer} for ever?", abort=True, err=True)
    _record(settings, wearer)
    forget_in_workers(settings, wearer, timeout)
    with connection(settings) as client:
        taken = forget_alerts(client, wearer)
    rows = forget_deliveries(settings.data_dir.expanduser(), wearer)
    left = list(kept(settings))
    if json_:
        done = {"alerts": taken.alerts, "entries": taken.entries, "deliveries": rows, "left": left}
        typer.echo(json.dumps({"wearer": wearer, **done}))
        return
    typer.echo(f"{wearer} is forgotten: state, profile, histories of APIs")
    typer.echo(f"Redis: {taken.alerts} alerts, {taken.entries} entries of the stream; silences and risk")
    where = "no file here: run it where they run, too" if rows is None else f"{rows} rows"
    typer.echo(f"deliveries: {where}")
    for line in left:
        typer.echo(f"left: {line}")


def _record(settings: Settings, wearer: str) -> None:
    """Nothing is erased without an entry in the audit log. Raises UserError."""
    from exporters.access.access import Access
    from exporters.access.audit import AuditUnavailable
    from exporters.access.chain import Entry
    from streams.cli.access import local_user
    from streams.errors import UserError

    opened = Access.files(settings)
    try:
        opened.audit.write_now(Entry(f"local:{local_user()}", "admin", "forget", wearer))
    except AuditUnavailable as error:
        raise UserError(f"{error}; nobody is forgotten without a record") from error
    finally:
        opened.close()
