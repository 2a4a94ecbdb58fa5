"""Whether the API runs, and whether what it needs answers; anybody may ask, and learns nothing else."""

from __future__ import annotations

import asyncio

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from exporters.alerts.errors import RedisUnavailable
from exporters.api.asked import json
from exporters.api.openapi import encoded
from exporters.api.outlet import Outlet
from exporters.api.shapes import Health, Readiness
from exporters.api.store import Store


def routes(store: Store, outlet: Outlet) -> list[BaseRoute]:
    """GET /health, /ready and /openapi.json."""
    document = encoded()

    async def health(_request: Request) -> Response:
        return json(Health())

    async def ready(_request: Request) -> Response:
        redis, kafka = await asyncio.gather(_answers(store), outlet.ready())
        found = Readiness(redis and kafka, "up" if redis else "away", "up" if kafka else "away")
        return json(found, 200 if found.ready else 503)

    async def described(_request: Request) -> Response:
        return Response(document, media_type="application/json")

    return [
        Route("/health", health, methods=["GET"]),
        Route("/ready", ready, methods=["GET"]),
        Route("/openapi.json", described, methods=["GET"]),
    ]


async def _answers(store: Store) -> bool:
    try:
        await store.ping()
    except RedisUnavailable:
        return False
    return True
