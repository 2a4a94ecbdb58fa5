"""One reader of the stream for all subscribers; a subscriber is a place in it and a filter, never a queue."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import Literal

import msgspec

from exporters.alerts.client import AlertStream
from exporters.alerts.errors import RedisUnavailable
from exporters.alerts.events import NEW_ONLY, Away, Gap, Heartbeat, Revision
from exporters.api.positions import BEGINNING, Position, position
from exporters.api.ring import SIZE, Event, Ring
from exporters.api.seats import Seats
from exporters.api.shapes import Beat, Missing
from exporters.api.store import Page, Store

HEARTBEAT_S = 15.0
AT_ONCE = 32
"""Events that a subscriber is given at once: what one that stops reading can hold on to."""
CATCHING_UP = 2
"""Subscribers that read Redis at one time: a hundred of them leave the loop to those who are up to date."""
REFUSED_S = 5.0
"""Until Redis is asked again after it has refused us."""

log = logging.getLogger(__name__)

View = Callable[[Event], bytes | None]
"""An event as one subscriber sees it, as JSON; None = not theirs, or not asked for."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a subscriber is sent. After `id` a subscriber goes on, whatever the kind of the message."""

    event: Literal["alert", "heartbeat", "gap"]
    id: Position
    data: bytes


class Feed:
    """Reads the stream once, as it grows, and tells every subscriber what came after their place."""

    def __init__(
        self,
        url: str,
        store: Store,
        size: int = SIZE,
        heartbeat_s: float = HEARTBEAT_S,
        on_gap: Callable[[str], None] = lambda reason: None,
    ) -> None:
        """`on_gap` is told the reason of each hole that a subscriber is told of."""
        self._url, self._store, self._on_gap = url, store, on_gap
        self._ring = Ring(size)
        self._heartbeat_s = heartbeat_s
        self._behind = asyncio.Semaphore(CATCHING_UP)
        self._news = asyncio.Event()
        self._begun = False
        self.up = False
        """Whether the stream is being read."""
        self.seats = Seats()
        self.stopped = False

    async def newest(self, patience_s: float) -> Position | None:
        """The last event that is known; None when Redis has never answered, within a time to wait for it."""
        loop = asyncio.get_running_loop()
        end = loop.time() + patience_s
        while not self._begun and not self.stopped and loop.time() < end:
            await _woken(self._news, end - loop.time())
        return self._ring.newest if self._begun else None

    async def run(self) -> None:
        """Read for ever. Redis may go away and come back, or refuse us until somebody has mended it."""
        while True:
            since = str(self._ring.newest) if self._begun else NEW_ONLY
            try:
                async with aclosing(AlertStream(self._url, since=since).events()) as events:
                    async for event in events:
                        self._take(event)
            except RedisUnavailable as error:
                log.warning("%s", error)
                self._turn(up=False)
                await asyncio.sleep(REFUSED_S)
            except Exception:  # a reader that ended would leave a silence that looks like health
                log.exception("alerts can't be read")
                self._turn(up=False)
                await asyncio.sleep(REFUSED_S)

    def stop(self) -> None:
        """End every subscriber's stream."""
        self.stopped = True
        self._tell()

    async def follow(self, since: Position, view: View) -> AsyncGenerator[list[Message], None]:
        """What comes after a place, a few messages at a time: a heartbeat at once, then as things happen.

        A batch moves the place on, also past what `view` leaves out. The caller may take as long as it
        likes between two batches.
        """
        place, beat, up = since, 0.0, self.up
        while not self.stopped:
            news = self._news  # before looking, so that what comes after the look wakes us
            batch, place, moved = await self._next(place, view)
            now = asyncio.get_running_loop().time()
            if now >= beat or up != self.up:
                beat, up = now + self._heartbeat_s, self.up
                batch.append(self._heartbeat(place))
            if batch:
                yield batch
            elif not moved:
                await _woken(news, beat - now)

    def _take(self, event: Revision | Gap | Heartbeat | Away) -> None:
        match event:
            case Revision(stream_id, alert):
                self._ring.append(Event(position(stream_id), alert, msgspec.json.encode(alert)))
                self._tell()
            case Gap():
                # From here on the ring has no hole; who is behind reads Redis and is told there.
                on = position(event.before)
                self._ring.restart(on if event.reason == "reset" else on.before)
            case Heartbeat(newest):
                if not self._begun:
                    self._ring.restart(position(newest))
                    self._begun = True
                self._turn(up=True)
            case Away():
                self._turn(up=False)

    def _turn(self, *, up: bool) -> None:
        if up != self.up:
            self.up = up
            self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _next(self, place: Position, view: View) -> tuple[list[Message], Position, bool]:
        """Some messages, the place after them, and whether that is another one."""
        found = self._ring.after(place, AT_ONCE) if self._begun else None
        messages: list[Message] = []
        on = place
        if found is None:
            page = await self._page(place)
            if page is None:
                return [], place, False
            on, messages = _joined(place, page)
            if messages:
                self._on_gap(lost(place, page) or "")
            on, found = page.end or on, page.events
        for event in found:
            data = view(event)
            if data is not None:
                messages.append(Message("alert", event.position, data))
            on = max(on, event.position)
        return messages, on, on != place

    async def _page(self, place: Position) -> Page | None:
        """What Redis has after a place; None when it does not answer."""
        try:
            async with self._behind:
                # Away, each would hold up all those behind it for as long as a request may take.
                return await self._store.after(place, AT_ONCE) if self.up else None
        except RedisUnavailable:
            return None

    def _heartbeat(self, place: Position) -> Message:
        now = round(time.time() * 1000)
        told = Beat(now, str(max(place, self._ring.newest)), "up" if self.up else "away")
        return Message("heartbeat", place, msgspec.json.encode(told))


def lost(place: Position, page: Page) -> Literal["trimmed", "reset"] | None:
    """Whether something between a place and a page after it is gone: trimmed, or with the server's data."""
    if place == BEGINNING:
        return None
    if place > page.newest:
        return "reset"
    if page.end is None:
        return "trimmed" if place < page.newest else None
    if page.previous is None:  # written before entries named the one before them
        return "trimmed" if place < page.oldest.before else None
    if page.previous == BEGINNING:
        return "reset"
    return "trimmed" if page.previous > place else None


def _joined(place: Position, page: Page) -> tuple[Position, list[Message]]:
    """Where a subscriber goes on, and what it is told of the hole before, if there is one."""
    reason = lost(place, page)
    if reason is None:
        return place, []
    # Without entries it goes on at the end: what was behind it is trimmed, or the server is back where a
    # replica or an older copy of its data was, and this reader had all of that.
    to = page.newest if page.first is None else page.first
    on = to if page.first is None else to.before
    told = Missing(str(place), str(to), reason)
    return on, [Message("gap", on, msgspec.json.encode(told))]


async def _woken(news: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(max(seconds, 0.0)):
            await news.wait()
    except TimeoutError:
        pass
