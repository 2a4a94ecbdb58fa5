"""Whether the API runs, and whether what it needs answers; anybody may ask, and learns nothing else."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from exporters.alerts.errors import RedisUnavailable
from exporters.api.asked import json
from exporters.api.feed import Feed
from exporters.api.openapi import encoded
from exporters.api.outlet import Outlet
from exporters.api.shapes import Health, Readiness, Way
from exporters.api.store import Store
from exporters.history import History


def routes(store: Store, feed: Feed, outlet: Outlet, history: History) -> list[BaseRoute]:
    """GET /health, /ready and /openapi.json."""
    document = encoded()

    async def health(_request: Request) -> Response:
        return json(Health())

    async def ready(_request: Request) -> Response:
        answers, kafka = await asyncio.gather(_answers(store), outlet.ready())
        redis = answers and feed.up
        found = Readiness(redis and kafka, _word(redis), _word(kafka), _word(history.up))
        return json(found, 200 if found.ready else 503)

    async def described(_request: Request) -> Response:
        return Response(document, media_type="application/json")

    return [
        Route("/health", health, methods=["GET"]),
        Route("/ready", ready, methods=["GET"]),
        Route("/openapi.json", described, methods=["GET"]),
    ]


def _word(up: bool) -> Way:
    return "up" if up else "away"


async def _answers(store: Store) -> bool:
    try:
        await store.ping()
    except RedisUnavailable:
        return False
    return True
