"""Silences: who is not to be disturbed about what, until when, and who said so."""

from __future__ import annotations

from contextlib import aclosing

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from exporters.access.gate import may, record
from exporters.access.principal import Principal, allowed
from exporters.api.asked import json, query
from exporters.api.ring import Event
from exporters.api.shapes import NoQuery, Silence, Silences
from exporters.api.store import Store
from streams.records import Alert

MOST = 1_000
"""Silences in one answer."""


def routes(store: Store) -> list[BaseRoute]:
    """GET /silences."""

    async def silences(request: Request) -> Response:
        query(request, NoQuery)
        asker = may(request, "read")
        await record(request, "read")
        events = await _silenced(store, asker)
        clocks = await store.clocks([event.alert.wearer for event in events])
        return json(Silences([_silence(e.alert, clock) for e, clock in zip(events, clocks, strict=True)]))

    return [Route("/silences", silences, methods=["GET"])]


async def _silenced(store: Store, asker: Principal) -> list[Event]:
    """Their own silenced alerts, however many others there are before them."""
    found: list[Event] = []
    async with aclosing(store.silences()) as pages:
        async for page in pages:
            found += [event for event in page if allowed(asker, "read", event.alert.wearer)]
            if len(found) >= MOST:
                break
    return _in_force(found[:MOST])


def _in_force(silenced: list[Event]) -> list[Event]:
    """Without snoozes that outlast their alerts and gave way to that of a later one of the same kind."""
    over = [event.alert for event in silenced if event.alert.status == "resolved"]
    last = {_kind(alert): alert.id for alert in sorted(over, key=lambda alert: alert.updated)}
    return [
        one for one in silenced if one.alert.status != "resolved" or last[_kind(one.alert)] == one.alert.id
    ]


def _kind(alert: Alert) -> tuple[str, str, str]:
    return alert.wearer, alert.condition, alert.side


def _silence(alert: Alert, clock: int) -> Silence:
    """`clock` is how far the wearer's data go: a snooze ends in their time, not in that of a wall."""
    assert alert.snooze is not None
    until = alert.snooze.until
    over = until <= max(clock, alert.updated)
    return Silence(alert.id, alert.wearer, alert.condition, alert.side, until, alert.snooze.author, over)
