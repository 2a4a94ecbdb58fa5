"""Alerts as they are: the list, one with its card, its history."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from exporters.access.gate import may, not_for, principal, record
from exporters.access.principal import Action, Principal, allowed, reach
from exporters.alerts.card_content import Card, card_of
from exporters.alerts.card_html import POLICY, html_page
from exporters.alerts.card_text import text_card
from exporters.api.asked import json, query
from exporters.api.listing import listed
from exporters.api.ring import Event
from exporters.api.shapes import (
    AlertsQuery,
    CardQuery,
    Events,
    NoQuery,
    OneAlert,
    Revision,
)
from exporters.api.store import Store
from models.advice import Catalogue

_PAGE = {"Content-Security-Policy": f"{POLICY}; frame-ancestors 'none'"}
"""A card brings its style with it."""


def routes(store: Store, catalogue: Catalogue) -> list[BaseRoute]:
    """GET /alerts and /alerts/{id}."""

    async def many(request: Request) -> Response:
        asked = query(request, AlertsQuery)
        asker = may(request, "read")
        await record(request, "read", asked.wearer)
        return json(await listed(store, asker, asked))

    async def one(request: Request) -> Response:
        asked = query(request, CardQuery)
        found = await the_alert(store, principal(request), request.path_params["id"], "read")
        await record(request, "read", found.alert.wearer, alert=found.alert.id)
        return _told(request, found, card_of(found.alert, catalogue, asked.voice, asked.language))

    async def history(request: Request) -> Response:
        query(request, NoQuery)
        found = await the_alert(store, principal(request), request.path_params["id"], "read")
        await record(request, "read", found.alert.wearer, alert=found.alert.id)
        events = await store.life(found.alert.id)
        return json(Events([Revision(str(event.position), event.alert) for event in events]))

    return [
        Route("/alerts", many, methods=["GET"]),
        Route("/alerts/{id}", one, methods=["GET"]),
        Route("/alerts/{id}/history", history, methods=["GET"]),
    ]


async def the_alert(store: Store, asker: Principal, alert_id: str, action: Action) -> Event:
    """The alert as it is now. Raises HTTPException 403 or 404; what is somebody else's does not exist."""
    if reach(asker, action) not in ("own", "any"):
        raise not_for(asker)
    found = await store.current(alert_id)
    if found is None or not allowed(asker, action, found.alert.wearer):
        raise HTTPException(404, "there is no such alert: GET /alerts?state=all lists those that are kept")
    return found


def _told(request: Request, found: Event, card: Card) -> Response:
    """In the first kind that the request takes; JSON when it names none of them."""
    for kind in request.headers.get("accept", "").split(","):
        name = kind.partition(";")[0].strip()
        if name == "text/html":
            return HTMLResponse(html_page(card), headers=_PAGE)
        if name == "text/plain":
            return PlainTextResponse(text_card(card).plain)
        if name in ("application/json", "*/*"):
            break
    return json(OneAlert(found.alert, str(found.position), card))
