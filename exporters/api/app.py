"""The one ASGI application: alerts, streams, answers, wearers, the board, behind access."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from exporters.alerts.errors import RedisUnavailable
from exporters.api import alerts, answers, stream
from exporters.api.asked import problem
from exporters.api.feed import HEARTBEAT_S, Feed
from exporters.api.outlet import BrokerUnavailable, Outlet
from exporters.api.store import Store
from models.advice import load_catalogue
from streams.settings import Settings

LINES = {404: "there is nothing here: GET /openapi.json lists what there is", 405: "not this method here"}


def build_api(
    settings: Settings,
    middleware: Sequence[Middleware],
    *,
    more: Sequence[BaseRoute] = (),
    heartbeat_s: float = HEARTBEAT_S,
) -> Starlette:
    """The application; `app.state.feed.stop()` ends its streams."""
    store = Store.connect(settings.redis_url.get_secret_value())
    feed = Feed(store, heartbeat_s=heartbeat_s)
    outlet = Outlet(settings.broker)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None, None]:
        reading = asyncio.create_task(feed.run())
        try:
            yield
        finally:
            feed.stop()
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading
            await outlet.close()
            await store.close()

    app = Starlette(
        routes=[
            *stream.routes(feed),
            *alerts.routes(store, load_catalogue()),
            *answers.routes(store, outlet),
            *more,
        ],
        middleware=list(middleware),
        lifespan=lifespan,
        exception_handlers={
            HTTPException: _told,
            RedisUnavailable: _away,
            BrokerUnavailable: _away,
            Exception: _failed,
        },
    )
    app.state.feed = feed
    return app


async def _told(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    said = LINES.get(error.status_code, error.detail) if _by_starlette(error) else error.detail
    return problem(error.status_code, said, dict(error.headers or {}))


def _by_starlette(error: HTTPException) -> bool:
    return error.detail in ("Not Found", "Method Not Allowed")


async def _away(_request: Request, error: Exception) -> Response:
    return problem(503, f"{error}: try again in some seconds", {"Retry-After": "2"})


async def _failed(_request: Request, _error: Exception) -> Response:
    return problem(500, "this went wrong here, not with you: the log of the API tells more")
