"""`vitalstream api`: alerts, live streams, answers and the board over HTTP."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

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

    asyncio.run(_serve(discover(Settings()), json_))


async def _serve(settings: Settings, as_json: bool) -> None:
    import asyncio
    import signal

    from starlette.middleware import Middleware

    from exporters.api.app import build_api
    from exporters.api.server import ApiServer
    from exporters.board.routes import board_routes
    from streams.errors import UserError

    if settings.bind != "127.0.0.1" or settings.api_anonymous == "off":
        raise UserError("without access this is for loopback alone, with VITALSTREAM_API_ANONYMOUS=answer")
    app = build_api(settings, [Middleware(_Anonymous)], more=board_routes())
    server = ApiServer(app, settings)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, server.stop)
    task = asyncio.create_task(server.run_until_stopped())
    await server.listening.wait()
    typer.echo(f'{{"address":"{server.address}"}}' if as_json else f"ready; {server.address}/")
    await task


class _Anonymous:
    """Until access is in: whoever comes reads as a clinician of every wearer; loopback alone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        from exporters.access.principal import Principal

        principal = Principal("anonymous", "clinician", None, anonymous=True)
        scope.setdefault("state", {})["principal"] = principal
        await self.app(scope, receive, send)
