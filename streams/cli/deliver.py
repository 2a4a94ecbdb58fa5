"""`vitalstream deliver` sends alerts by a file of routes; `vitalstream routes` looks after it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporters.deliveries.preview import Told
    from exporters.deliveries.routes import Routes
    from streams.records import Alert
    from streams.settings import Settings

File = Annotated[Path | None, typer.Argument(help="file of routes; VITALSTREAM_ROUTES if left out")]
Json = Annotated[bool, typer.Option("--json", help="print JSON")]


def register(app: typer.Typer) -> None:
    """Add `deliver` and `routes` to the command line."""
    app.command()(deliver)
    routes = typer.Typer(help="Check, list and enable who is told of alerts.", no_args_is_help=True)
    for command, name in ((test, "test"), (list_, "list"), (enable, "enable"), (secret, "secret")):
        routes.command(name)(command)
    app.add_typer(routes, name="routes")


def deliver(
    file: File = None,
    json_: Annotated[bool, typer.Option("--json", help="say as a JSON object that it is ready")] = False,
) -> None:
    """Send alerts to webhooks, phones, mailboxes and Alertmanager until it is stopped.

    One process for a data folder. What is not delivered yet is kept there, over restarts.
    """
    import asyncio

    from streams.logs import log_as
    from streams.settings import Settings
    from streams.stack import discover

    settings = discover(Settings())
    log_as("deliver", settings)
    asyncio.run(_deliver(settings, _routes(file, settings), _say_json if json_ else _say))


async def _deliver(settings: Settings, routes: Routes, say: Callable[[int], None]) -> None:
    import asyncio
    import signal
    import sqlite3

    from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector

    from exporters.alerts.preflight import check_reader
    from exporters.deliveries.service import Deliveries
    from exporters.metrics.door import MetricsDoor
    from exporters.metrics.server import MetricsServer
    from streams.errors import UserError
    from streams.wires import redis_url

    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    url, door = redis_url(settings), MetricsDoor.of(settings)
    await check_reader(url)
    try:
        work = Deliveries(url, routes, settings.data_dir, registry)
    except (ValueError, BlockingIOError) as error:
        raise UserError(f"deliveries can't start: {error}") from error
    server = MetricsServer(registry, work.trouble, bind=settings.bind, port=settings.metrics_port, door=door)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    say(server.port)
    try:
        await work.run(stop)
    except ExceptionGroup as group:
        if group.split(sqlite3.Error)[1] is None:
            raise UserError(f"{settings.data_dir} can't be written: is the disk full?") from group
        raise
    finally:
        server.close()
        work.close()


def test(
    file: File = None,
    alert: Annotated[Path | None, typer.Option(help="an alert as JSON; - = standard input")] = None,
    wearer: Annotated[str, typer.Option(help="whose alert the examples are")] = "example",
    at: Annotated[
        str | None, typer.Option(help="when, such as 2026-01-31T23:30+01:00; now if left out")
    ] = None,
    send: Annotated[bool, typer.Option("--send", help="send a test to every receiver instead")] = False,
    json_: Json = False,
) -> None:
    """Show whom an alert of each priority would reach and when, if nobody answered; nothing is sent."""
    from exporters.deliveries.preview import examples, foretell
    from streams.settings import Settings

    routes = _routes(file, Settings())
    if send:
        _test_all(routes, json_)
        return
    now = _time(at)
    alerts = examples(wearer, now) if alert is None else [_alert(alert)]
    _show([told for one in alerts for told in foretell(routes, one, now)], alerts, json_)


def list_(file: File = None, json_: Json = False) -> None:
    """Show each receiver: what waits for it, what failed, whether it is disabled."""
    from exporters.deliveries.overview import overview
    from streams.settings import Settings

    settings = Settings()
    rows = overview(_routes(file, settings), settings.data_dir)
    if json_:
        _print_json(rows)
        return
    for row in rows:
        state = f"disabled: {row.disabled}" if row.disabled else row.last_fault or "well"
        typer.echo(
            f"{row.receiver}  {row.kind}  {row.waiting} waiting  {state}  routes: {', '.join(row.routes)}"
        )


def enable(name: Annotated[str, typer.Argument(help="receiver")], file: File = None) -> None:
    """Send to a disabled receiver again; what waits for it is sent at once."""
    from exporters.deliveries.overview import enable_receiver
    from streams.errors import UserError
    from streams.settings import Settings

    settings = Settings()
    if name not in _routes(file, settings).receivers:
        raise UserError(f"there is no receiver {name}: see `vitalstream routes list`")
    enable_receiver(settings.data_dir, name)
    typer.echo(f"{name} is enabled")


def secret() -> None:
    """Print a new secret for the signatures of a webhook; give it to both sides."""
    import base64
    import secrets

    typer.echo(f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}")


def _routes(file: Path | None, settings: Settings) -> Routes:
    from exporters.deliveries.routes import load_routes
    from streams.errors import UserError

    path = file or settings.routes
    if path is None:
        raise UserError("name a file of routes, or set VITALSTREAM_ROUTES (docs/how-to/deliver-alerts.md)")
    try:
        return load_routes(path)
    except ValueError as error:
        raise UserError(str(error)) from error


def _test_all(routes: Routes, as_json: bool) -> None:
    import asyncio

    from exporters.deliveries.trial import send_tests
    from streams.errors import UserError

    try:
        results = asyncio.run(send_tests(routes))
    except ValueError as error:
        raise UserError(str(error)) from error
    if as_json:
        _print_json(results)
    else:
        for name, fault in results.items():
            typer.echo(f"{name}: {fault or 'taken'}")
    if any(results.values()):
        raise typer.Exit(1)


def _show(told: list[Told], alerts: list[Alert], as_json: bool) -> None:
    if as_json:
        _print_json(told)
        return
    for alert in alerts:
        rows = [one for one in told if one.priority == alert.priority]
        typer.echo(f"{alert.priority}" if rows else f"{alert.priority}: nobody")
        for one in rows:
            step = f"  escalation {one.step}" if one.step else ""
            typer.echo(
                f"  {_after(one.after_ms):>10}  {one.receiver}  by {one.route}  detail {one.detail}{step}"
            )


def _after(ms: int) -> str:
    hours, minutes = divmod(ms // 60_000, 60)
    return "at once" if ms == 0 else f"+{hours} h {minutes:02} min"


def _alert(path: Path) -> Alert:
    import sys

    import msgspec

    from streams.errors import UserError
    from streams.malformed import MALFORMED
    from streams.records import Alert

    try:
        return msgspec.json.decode(
            sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes(), type=Alert
        )
    except MALFORMED as error:
        raise UserError(f"{path}: no alert: {error}") from error


def _time(at: str | None) -> int:
    from datetime import UTC, datetime

    from streams.errors import UserError

    if at is None:
        return round(datetime.now(UTC).timestamp() * 1000)
    try:
        when = datetime.fromisoformat(at)
    except ValueError as error:
        raise UserError(f"--at: {at!r} is no time, such as 2026-01-31T23:30+01:00") from error
    return round((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1000)


def _print_json(rows: object) -> None:
    import msgspec

    typer.echo(msgspec.json.encode(rows).decode())


def _say(metrics_port: int) -> None:
    typer.echo(f"delivering; metrics at http://127.0.0.1:{metrics_port}/metrics")


def _say_json(metrics_port: int) -> None:
    import json
    import os

    typer.echo(json.dumps({"ready": True, "pid": os.getpid(), "metrics_port": metrics_port}))
