"""The one ASGI application: alerts, streams, answers, wearers, the board, all behind access."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress

from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from exporters.access.access import Access
from exporters.access.middleware import AccessMiddleware
from exporters.access.routes import access_routes
from exporters.alerts.errors import RedisUnavailable
from exporters.api import alerts, answers, health, silences, socket, stream, wearers
from exporters.api.asked import problem
from exporters.api.feed import HEARTBEAT_S, Feed
from exporters.api.metered import Metered
from exporters.api.outlet import BrokerUnavailable, Outlet
from exporters.api.store import Store
from exporters.board.routes import board_routes
from exporters.history import History
from exporters.metrics.api_part import ApiMetrics
from models.advice import load_catalogue
from streams.settings import Settings
from streams.wires import Broker, redis_url

LINES = {
    "Not Found": "there is nothing here: GET /openapi.json lists what there is",
    "Method Not Allowed": "this can't be done here: GET /openapi.json lists what can",
}
"""Words for what Starlette itself refuses."""


class Api:
    """What the application rests on, opened and closed with it."""

    def __init__(self, settings: Settings, history: History, heartbeat_s: float, metrics: ApiMetrics) -> None:
        redis = redis_url(settings)
        self.store = Store.connect(redis)
        self.feed = Feed(redis, self.store, heartbeat_s=heartbeat_s, on_gap=metrics.gap)
        self.outlet = Outlet(Broker.of(settings))
        self.history = history
        metrics.alerts_up.set_function(lambda: self.feed.up)
        metrics.history_up.set_function(lambda: history.up)
        metrics.history_lag.set_function(lambda: history.lag)

    @asynccontextmanager
    async def running(self, _app: Starlette) -> AsyncGenerator[None, None]:
        """Read Redis and Kafka while the application lives."""
        reading = asyncio.create_task(self.feed.run(), name="feed")
        try:
            await self.history.start()
            yield
        finally:
            self.feed.stop()
            reading.cancel()
            with suppress(asyncio.CancelledError):
                await reading
            await self.history.stop()
            await self.outlet.close()
            await self.store.close()


def build_api(
    settings: Settings,
    access: Access,
    history: History | None = None,
    *,
    heartbeat_s: float = HEARTBEAT_S,
    takes_s: float = stream.TAKES_S,
    metrics: ApiMetrics | None = None,
) -> Starlette:
    """The application, which closes access and history when it ends; `app.state.feed.stop()` ends
    its streams.

    Raises ValueError when the Redis URL is none.
    """
    metrics = metrics or ApiMetrics(CollectorRegistry())
    api = Api(settings, history or History.of(settings), heartbeat_s, metrics)
    app = Starlette(
        routes=_routes(api, access, heartbeat_s, takes_s),
        middleware=[
            Middleware(socket.SocketToken),
            Middleware(Metered, metrics=metrics),
            Middleware(AccessMiddleware, access=access),
        ],
        lifespan=api.running,
        exception_handlers={
            HTTPException: _told,
            RedisUnavailable: _away,
            BrokerUnavailable: _away,
            Exception: _failed,
        },
    )
    app.state.feed = api.feed
    return app


def _routes(api: Api, access: Access, heartbeat_s: float, takes_s: float) -> list[BaseRoute]:
    return [
        *stream.routes(api.feed, takes_s),
        *socket.routes(api.feed, takes_s),
        *alerts.routes(api.store, load_catalogue()),
        *silences.routes(api.store),
        *answers.routes(api.store, api.outlet),
        *access_routes(access),
        *wearers.routes(api.history, heartbeat_s=heartbeat_s, takes_s=takes_s),
        *health.routes(api.store, api.feed, api.outlet, api.history),
        *board_routes(),
    ]


async def _told(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return problem(error.status_code, LINES.get(error.detail, error.detail), dict(error.headers or {}))


async def _away(_request: Request, error: Exception) -> Response:
    return problem(503, f"{error}: try again in some seconds", {"Retry-After": "2"})


async def _failed(_request: Request, _error: Exception) -> Response:
    return problem(500, "this went wrong here, not with you: the log of the API tells more")
