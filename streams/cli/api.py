"""`vitalstream api`: alerts, live streams, answers and the board over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from streams.settings import Settings


def register(app: typer.Typer) -> None:
    """Add `api` to the command line."""
    app.command()(api)


def api(
    json_: Annotated[bool, typer.Option("--json", help="say as a JSON object where it listens")] = False,
) -> None:
    """Serve alerts over HTTP until it is stopped (Ctrl-C or SIGTERM)."""
    import asyncio

    from streams.settings import Settings
    from streams.stack import discover
    from streams.wires.rights import reach_or_wait

    settings = discover(Settings())
    reach_or_wait(settings, "api")
    asyncio.run(_serve(settings, json_))


async def _serve(settings: Settings, as_json: bool) -> None:
    import asyncio
    import signal

    from prometheus_client import CollectorRegistry, GCCollector, ProcessCollector

    from exporters.access.access import Access
    from exporters.alerts.preflight import check_reader
    from exporters.api.app import build_api
    from exporters.api.figures import open_figures
    from exporters.api.server import ApiServer
    from exporters.metrics.api_part import ApiMetrics
    from exporters.metrics.client_errors import ClientErrors
    from streams.errors import UserError
    from streams.logs import log_as
    from streams.wires import redis_url

    log_as("api", settings)
    await check_reader(redis_url(settings))
    access = Access.open(settings)
    if access.anonymous == "off" and access.oidc is None and not access.tokens.all():
        line = "nobody may come in: hand out a token by `vitalstream access grant`"
        if not access.loopback:
            raise UserError(line)
        typer.echo(f"vitalstream: {line}, or set VITALSTREAM_API_ANONYMOUS=read", err=True)
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    GCCollector(registry=registry)
    metrics = ApiMetrics(registry)
    try:
        server = ApiServer(build_api(settings, access, metrics=metrics), settings)
        figures, pulse = open_figures(settings, registry, metrics)
        ClientErrors(metrics.kafka_error).attach()
    except (ValueError, OSError) as error:
        raise UserError(f"the API can't start: {error}") from error
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, server.stop)
    beating = asyncio.create_task(pulse.run())
    serving = asyncio.create_task(server.run_until_stopped())
    await server.listening.wait()
    typer.echo(_json(server.address, figures.port) if as_json else f"ready: {server.address}")
    await serving
    beating.cancel()
    figures.close()


def _json(address: str, metrics_port: int) -> str:
    import json

    return json.dumps({"address": address, "metrics_port": metrics_port})
