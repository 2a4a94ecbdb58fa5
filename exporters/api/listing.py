"""Pages of alerts, each alert once as it is now, the last changed first."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing

from exporters.access.principal import Principal, allowed, reach, shown
from exporters.api.positions import Position, position
from exporters.api.ring import Event
from exporters.api.shapes import Alerts, AlertsQuery, Revision
from exporters.api.store import Entry, Store, event_of

SCAN = 5_000
"""Entries of the stream that one request looks at; `next` goes on where it stopped."""
STEP = 250

Found = tuple[Position, Event]
"""Where an alert was found, and the alert as it is now: it can have changed since."""
Pages = AsyncGenerator[tuple[list[Found], Position], None]
"""Alerts that may be among those asked for, and how far back they were looked for."""


async def listed(store: Store, asker: Principal, asked: AlertsQuery) -> Alerts:
    """The page that is asked for, of what the asker may see."""
    newest = str(await store.newest())
    end = None if asked.before is None else position(asked.before)
    rows: list[Revision] = []
    looked = 0
    pages = _open(store, asker, asked, end) if asked.state == "open" else _all(store, asked, end)
    async with aclosing(pages):
        async for found, place in pages:
            for stood, event in found:
                alert = shown(asker, event.alert)
                if alert is None or not asked.takes(alert):
                    continue
                rows.append(Revision(str(event.position), alert))
                if len(rows) == asked.limit:
                    return Alerts(rows, str(stood), newest)
            looked += STEP
            if looked >= SCAN:
                return Alerts(rows, str(place), newest)
    return Alerts(rows, None, newest)


async def _open(store: Store, asker: Principal, asked: AlertsQuery, end: Position | None) -> Pages:
    """What is not over, from the index of open alerts."""
    facts = [
        fact
        for fact in await store.open_alerts(_wearers(asker, asked))
        if (end is None or fact.position < end) and _may_be(asked, fact.fields)
    ]
    facts.sort(key=lambda fact: fact.position, reverse=True)
    for start in range(0, len(facts), STEP):
        some = facts[start : start + STEP]
        now = await store.currents([fact.id for fact in some])
        # One that changed in this moment comes as it is now; one that has just ended is not open.
        yield (
            [
                (fact.position, event)
                for fact, event in zip(some, now, strict=True)
                if event is not None and event.alert.status != "resolved"
            ],
            some[-1].position,
        )


async def _all(store: Store, asked: AlertsQuery, end: Position | None) -> Pages:
    """Everything that is kept: backwards through the stream, where an entry is its alert's newest."""
    while entries := await store.before(end, STEP):
        end = position(entries[-1][0])
        some = [entry for entry in entries if "id" in entry[1] and _may_be(asked, entry[1])]
        places = await store.places([fields["id"] for _, fields in some])
        last = [event_of(entry) for entry, place in zip(some, places, strict=True) if _is_last(entry, place)]
        yield [(event.position, event) for event in last if event is not None], end


def _is_last(entry: Entry, place: str | None) -> bool:
    """Whether an entry is its alert's newest revision; only of one that is over it may not be known."""
    return entry[0] == place or (place is None and entry[1].get("status") == "resolved")


def _wearers(asker: Principal, asked: AlertsQuery) -> frozenset[str] | None:
    """Whose alerts can be among them; None = anybody's."""
    if reach(asker, "read") == "masked":
        # A filter by what is hidden finds nothing.
        return None if asked.wearer is None else frozenset()
    if asked.wearer is None:
        return asker.wearers
    return frozenset({asked.wearer}) if allowed(asker, "read", asked.wearer) else frozenset()


def _may_be(asked: AlertsQuery, fields: Mapping[str, str]) -> bool:
    """Whether an alert with these fields can be one of those asked for, before its body is read."""
    return all(getattr(asked, name) in (None, fields.get(name)) for name in ("priority", "status", "wearer"))
