"""One reader of the stream for all subscribers; a subscriber is a place in it and a filter, never a queue."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Literal

import msgspec

from exporters.alerts.errors import RedisUnavailable
from exporters.api.positions import BEGINNING, Position
from exporters.api.ring import SIZE, Event, Ring
from exporters.api.shapes import Gap, Heartbeat
from exporters.api.store import Page, Span, Store

HEARTBEAT_S = 15.0
AT_ONCE = 32
"""Events that a subscriber is given at once: what one that stops reading can hold on to."""
RETRY_S = 1.0

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

    def __init__(self, store: Store, size: int = SIZE, heartbeat_s: float = HEARTBEAT_S) -> None:
        self._store = store
        self._ring = Ring(size)
        self._heartbeat_s = heartbeat_s
        self._news = asyncio.Event()
        self._begun = False
        self._up = False
        self.stopped = False

    @property
    def newest(self) -> Position | None:
        """The last event that is known; None before the first answer of Redis."""
        return self._ring.newest if self._begun else None

    async def run(self) -> None:
        """Read for ever. Redis may go away and come back."""
        while not self.stopped:
            try:
                await self._begin()
                while not self.stopped:
                    self._add(await self._store.wait(self._ring.newest))
            except RedisUnavailable:
                self._turn(up=False)
                await asyncio.sleep(RETRY_S)

    def stop(self) -> None:
        """End every subscriber's stream."""
        self.stopped = True
        self._tell()

    async def follow(self, since: Position, view: View) -> AsyncGenerator[list[Message], None]:
        """What comes after a place, a few messages at a time: a heartbeat at once, then as things happen.

        A batch moves the place on, also past what `view` leaves out. The caller may take as long as it
        likes between two batches.
        """
        place, beat, up = since, 0.0, self._up
        while not self.stopped:
            news = self._news  # before looking, so that what comes after the look wakes us
            batch, place = await self._next(place, view)
            now = asyncio.get_running_loop().time()
            if now >= beat or up != self._up:
                beat, up = now + self._heartbeat_s, self._up
                batch.append(self._heartbeat(place))
            if batch:
                yield batch
            elif place == self._ring.newest or not self._up:
                await _woken(news, beat - now)

    async def _begin(self) -> None:
        """Find out where the stream is; after an absence, whether the ring still joins it without a hole."""
        span = await self._store.span()
        if not self._begun or lost(self._ring.newest, span):
            self._ring.restart(span.newest)
        self._begun = True
        self._turn(up=True)

    def _add(self, events: list[Event]) -> None:
        for event in events:
            self._ring.append(event)
        if events:
            self._tell()

    def _turn(self, *, up: bool) -> None:
        if up != self._up:
            self._up = up
            self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _next(self, place: Position, view: View) -> tuple[list[Message], Position]:
        found = self._ring.after(place, AT_ONCE) if self._begun else None
        messages: list[Message] = []
        if found is None:
            try:
                page = await self._store.after(place, AT_ONCE)
            except RedisUnavailable:
                self._turn(up=False)
                return [], place
            place, messages = _joined(place, page)
            found = page.events
        for event in found:
            data = view(event)
            if data is not None:
                messages.append(Message("alert", event.position, data))
        return messages, found[-1].position if found else place

    def _heartbeat(self, place: Position) -> Message:
        now = round(time.time() * 1000)
        told = Heartbeat(now, str(max(place, self._ring.newest)), "up" if self._up else "away")
        return Message("heartbeat", place, msgspec.json.encode(told))


def lost(place: Position, span: Span) -> Literal["trimmed", "reset"] | None:
    """Whether something after a place may be gone: it is trimmed, or the stream is not that far."""
    if place == BEGINNING:
        return None
    if place > span.newest:
        return "reset"
    gone = place < span.newest if span.oldest is None else place < span.oldest.before
    return "trimmed" if gone else None


def _joined(place: Position, page: Page) -> tuple[Position, list[Message]]:
    """Where a subscriber goes on, and what it is told of the hole before, if there is one."""
    reason = lost(place, page.span)
    if reason is None:
        return place, []
    oldest = page.span.oldest
    on = page.span.newest if oldest is None else oldest.before
    told = Gap(str(place), str(oldest or page.span.newest), reason)
    return on, [Message("gap", on, msgspec.json.encode(told))]


async def _woken(news: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(max(seconds, 0.0)):
            await news.wait()
    except TimeoutError:
        pass
