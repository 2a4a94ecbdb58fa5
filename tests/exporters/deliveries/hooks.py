"""Real HTTP servers on loopback that answer as told and remember what they got."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec

HANG, DRIP, CUT = "hang", "drip", "cut"
Answer = int | tuple[int, dict[str, str]] | str


@dataclass(frozen=True)
class Request:
    """What came in."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return msgspec.json.decode(self.body)


@dataclass
class Hook:
    """Answers the n-th request with the n-th answer, the last of them for ever; see `serving`."""

    answers: list[Answer]
    requests: list[Request] = field(default_factory=list)
    url: str = ""
    _came: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def got(self, count: int) -> list[Request]:
        """What came in, once there are so many."""
        async with self._came, asyncio.timeout(60):
            await self._came.wait_for(lambda: len(self.requests) >= count)
        return self.requests

    @property
    def ids(self) -> list[str]:
        return [request.headers["webhook-id"] for request in self.requests]

    async def handle(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            await self._answer(reader, writer)
        writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        answer = self.answers[min(len(self.requests), len(self.answers) - 1)]
        async with self._came:
            self.requests.append(Request(head[0].split()[1], headers, body))
            self._came.notify_all()
        if answer == CUT:
            return
        if answer in (HANG, DRIP):
            while True:
                if answer == DRIP:
                    writer.write(b"H")
                    await writer.drain()
                await asyncio.sleep(0.05)
        status, more = answer if isinstance(answer, tuple) else (answer, {})
        lines = "".join(f"{name}: {value}\r\n" for name, value in more.items())
        writer.write(f"HTTP/1.1 {status} Said\r\n{lines}content-length: 6\r\n\r\nsecret".encode())
        await writer.drain()


@contextlib.asynccontextmanager
async def serving(*answers: Answer, tls: ssl.SSLContext | None = None) -> AsyncIterator[Hook]:
    """A server with these answers; without any it says 204 to all."""
    hook = Hook(list(answers) or [204])
    handlers: set[asyncio.Task[None]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        handlers.add(task)
        try:
            await hook.handle(reader, writer)
        finally:
            handlers.discard(task)

    server = await asyncio.start_server(handle, "127.0.0.1", 0, ssl=tls)
    hook.url = f"http{'s' if tls else ''}://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    try:
        yield hook
    finally:
        server.close()
        for task in handlers:
            task.cancel()


async def until(happened: Callable[[], bool]) -> None:
    """Wait for something that another task or process does."""
    async with asyncio.timeout(60):
        while not happened():  # noqa: ASYNC110 - what is waited for knows of no event
            await asyncio.sleep(0.02)
