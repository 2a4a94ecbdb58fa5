"""Wearers at a glance, one of them, and their signals over hours and days."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from typing import TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from exporters.access.gate import may, not_for, principal, record
from exporters.access.principal import Principal, allowed, reach, shown
from exporters.api.asked import json, query
from exporters.api.shapes import NoQuery
from exporters.api.stream import TAKES_S, EventStream, seated
from exporters.api.wearer_shapes import (
    DAY_MS,
    ChangesQuery,
    Drawn,
    OneWearer,
    Picture,
    SignalsQuery,
    Wearers,
    WearersQuery,
)
from exporters.api.wearer_stream import EVERY_S, HEARTBEAT_S, View, changes, version
from exporters.history import History
from exporters.history.decimate import Line, thin
from exporters.history.packing import columns
from exporters.history.rows import title, unit
from exporters.history.store import Store
from models.risk.contribution import UNITS
from streams.records import Alert, Risk

NOBODY = "there is no such wearer: GET /wearers lists those that there are"
"""The same for one who does not exist and for one who is somebody else's."""

Found = TypeVar("Found")
_decode_risk = msgspec.json.Decoder(Risk).decode
_decode_alert = msgspec.json.Decoder(Alert).decode


def routes(
    history: History, *, every_s: float = EVERY_S, heartbeat_s: float = HEARTBEAT_S, takes_s: float = TAKES_S
) -> list[BaseRoute]:
    """GET /wearers, /wearers/stream, /wearers/{wearer} and its signals; the caller starts `history`."""

    async def many(request: Request) -> Response:
        asked = query(request, WearersQuery)
        view = View.of(may(request, "read"))
        await record(request, "read")
        return json(_listed(history, view, asked))

    async def stream(request: Request) -> Response:
        asked = query(request, ChangesQuery)
        asker, feed = may(request, "stream"), request.app.state.feed
        feed.seats.check(asker.name)
        await record(request, "stream")
        since = request.headers.get("last-event-id") or asked.since
        told = changes(
            history, View.of(asker), since, lambda: feed.stopped, every_s=every_s, heartbeat_s=heartbeat_s
        )
        return EventStream(seated(feed, asker.name, told), takes_s)

    async def one(request: Request) -> Response:
        query(request, NoQuery)
        wearer, asker = _wearer(history, request)
        await record(request, "read", wearer)
        row, trace = history.overview.row(wearer), history.overview.trace(wearer)
        assert row is not None
        risk, alerts = await _disk(lambda: _open(history.store, wearer))
        seen = [found for alert in alerts if (found := shown(asker, alert)) is not None]
        return json(OneWearer(row, risk, seen, trace))

    async def signals(request: Request) -> Response:
        asked = query(request, SignalsQuery)
        if asked.start is not None and asked.end is not None and asked.start > asked.end:
            raise HTTPException(422, "from is later than to: turn them")
        wanted = _signals(asked.signals)
        wearer, _ = _wearer(history, request)
        await record(request, "read", wearer, signals="yes")
        return json(await _disk(lambda: _picture(history.store, wearer, asked, wanted)))

    return [
        Route("/wearers", many, methods=["GET"]),
        Route("/wearers/stream", stream, methods=["GET"]),
        Route("/wearers/{wearer}", one, methods=["GET"]),
        Route("/wearers/{wearer}/signals", signals, methods=["GET"]),
    ]


def _listed(history: History, view: View, asked: WearersQuery) -> Wearers:
    overview = history.overview
    # The order by risk would tell what a masked row does not.
    sort = "name" if view.masked else asked.sort
    rows, total = overview.page(view.sees, sort, asked.search, asked.offset, asked.limit)
    return Wearers([view.shows(row) for row in rows], total, overview.newest or None, version(history))


def _wearer(history: History, request: Request) -> tuple[str, Principal]:
    """Whom it is about, when who asks may read it. Raises HTTPException 403 or 404."""
    asker, wearer = principal(request), request.path_params["wearer"]
    if reach(asker, "read") not in ("own", "any"):
        raise not_for(asker)
    if not allowed(asker, "read", wearer) or wearer not in history.overview:
        raise HTTPException(404, NOBODY)
    return wearer, asker


def _open(store: Store, wearer: str) -> tuple[Risk | None, list[Alert]]:
    risk = store.risk(wearer)
    return None if risk is None else _decode_risk(risk), list(map(_decode_alert, store.open_alerts(wearer)))


def _picture(store: Store, wearer: str, asked: SignalsQuery, wanted: frozenset[str] | None) -> Picture:
    first, last = store.bounds(wearer) or (None, None)
    end = asked.end if asked.end is not None else (last or 0)
    start = asked.start if asked.start is not None else max(end - DAY_MS, 0)
    thinned = thin(columns(store.span(wearer, start, end), wanted), asked.points)
    drawn = {name: _drawn(name, line) for name, line in sorted(thinned.lines.items())}
    return Picture(thinned.time, thinned.context, drawn, store.markers(wearer, start, end), first, last)


def _drawn(name: str, line: Line) -> Drawn:
    # NaN is written as null.
    return Drawn(unit(name), title(name), line.value, line.usual, line.low, line.high, line.cause)  # type: ignore[arg-type]


def _signals(names: str) -> frozenset[str] | None:
    """The wanted signals; None = all. Raises HTTPException 422."""
    wanted = frozenset(name.strip() for name in names.split(",") if name.strip())
    unknown = sorted(wanted - UNITS.keys())
    if unknown:
        raise HTTPException(422, f"there is no signal of that name: give some of {', '.join(UNITS)}")
    return wanted or None


async def _disk(ask: Callable[[], Found]) -> Found:
    """What is asked of the store, in a thread. Raises HTTPException 503."""
    try:
        return await asyncio.to_thread(ask)
    except (sqlite3.Error, OSError) as error:
        line = "the history can't be read from disk: try again in some seconds"
        raise HTTPException(503, line, {"Retry-After": "5"}) from error
