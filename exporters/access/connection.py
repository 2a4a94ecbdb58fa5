"""One connection's answer on its way out: security headers, and the end of a stream with its access."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from exporters.access.gate import Gate
from exporters.access.headers import secured
from exporters.access.refused import Refused

LOOK_S = 1.0  # shortest time between looks at whether a stream may go on
ENDED = 4401  # close code of a WebSocket whose reader has to come anew
_STARTS = frozenset({"http.response.start", "websocket.http.response.start"})
_BEGINS = _STARTS | {"websocket.accept", "websocket.close"}
_FAILED = "this went wrong here, not with you: the log of the API tells more"


class Connection:
    """Wraps `receive` and `send`; `status` is what was answered."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, *, tls: bool, data: bool) -> None:
        self.gate: Gate | None = None
        self.status = 0
        self._begun = False
        self._scope, self._receive, self._send = scope, receive, send
        self._tls, self._data = tls, data
        self._ended = asyncio.Event()
        self._coming: asyncio.Future[Message] | None = None
        self._ending: asyncio.Future[bool] | None = None
        self._looked = time.monotonic()

    async def refuse(self, refused: Refused) -> None:
        """Answer this, and nothing else."""
        if self._scope["type"] == "http" or "websocket.http.response" in self._scope.get("extensions", {}):
            await refused.response()(self._scope, self._receive, self.send)
        else:
            await self._send({"type": "websocket.close", "code": 1008, "reason": refused.line[:120]})

    async def fail(self) -> None:
        """Answer that it went wrong; an answer that has begun stays without an end, which its reader sees."""
        if not self._begun:
            await self.refuse(Refused(500, _FAILED))

    async def send(self, message: Message) -> None:
        """Pass an answer on."""
        if self._ended.is_set():
            return
        self._begun = self._begun or message["type"] in _BEGINS
        if message["type"] in _STARTS:
            self.status = message["status"]
            headers = secured(message.get("headers", []), tls=self._tls, data=self._data)
            message = {**message, "headers": headers}
        elif self._flows(message) and not self._may_go_on():
            await self._end()
            return
        await self._send(message)

    async def receive(self) -> Message:
        """What comes in; that it is over, once it is."""
        if self._ended.is_set():
            return self._over()
        # It outlives a caller who stops waiting, as one does who only asks whether the client has gone.
        coming = self._coming = self._coming or asyncio.ensure_future(self._receive())
        if not coming.done():
            ending = self._ending = self._ending or asyncio.ensure_future(self._ended.wait())
            either: set[asyncio.Future[Any]] = {coming, ending}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if not coming.done():
            return self._over()
        self._coming = None
        return coming.result()

    def close(self) -> None:
        """Nobody waits any more."""
        for task in (self._coming, self._ending):
            if task is not None:
                task.cancel()

    def _flows(self, message: Message) -> bool:
        more = message["type"] == "http.response.body" and bool(message.get("more_body"))
        return more or message["type"] == "websocket.send"

    def _may_go_on(self) -> bool:
        now = time.monotonic()
        if self.gate is None or now - self._looked < LOOK_S:
            return True
        self._looked = now
        try:
            return self.gate.same()
        except Exception:  # tokens that can't be read let nobody in, nor on
            return False

    async def _end(self) -> None:
        self._ended.set()
        if self._scope["type"] == "http":
            await self._send({"type": "http.response.body", "body": b"", "more_body": False})
        else:
            await self._send(
                {"type": "websocket.close", "code": ENDED, "reason": "access changed: come anew"}
            )

    def _over(self) -> Message:
        if self._scope["type"] == "http":
            return {"type": "http.disconnect"}
        return {"type": "websocket.disconnect", "code": ENDED, "reason": ""}
