"""Subscribers of every kind, and the processes that they read from."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import msgspec
import uvicorn
import websockets
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from exporters.alerts.client import AlertStream, Revision
from exporters.alerts.group import AlertGroup
from streams.records import Alert
from streams.stack.server import free_port
from tests.streams.engine.harness import eventually

Told = tuple[str, int]
"""Id and revision of an alert."""
AGAIN_S = 0.2
decode = msgspec.json.Decoder(Alert).decode


@dataclass
class Subscriber(ABC):
    """Notes every alert that it is given, in order."""

    came: list[Told] = field(default_factory=list)

    def take(self, alert: Alert) -> None:
        self.came.append((alert.id, alert.revision))

    async def run(self) -> None:
        """Read for ever; whatever ends a connection, go on after what was seen."""
        while True:
            try:
                await self.read()
            except (httpx.HTTPError, websockets.WebSocketException, OSError):
                await asyncio.sleep(AGAIN_S)

    @abstractmethod
    async def read(self) -> None:
        """Read until the connection ends."""


@dataclass
class ByStream(Subscriber):
    url: str = ""

    async def read(self) -> None:
        async for event in AlertStream(self.url).events():
            if isinstance(event, Revision):
                self.take(event.alert)


@dataclass
class ByGroup(Subscriber):
    url: str = ""
    group: str = ""

    async def read(self) -> None:
        async for delivery in AlertGroup(self.url, self.group, "only"):
            self.take(delivery.alert)
            await delivery.acknowledge()


@dataclass
class BySse(Subscriber):
    address: str = ""
    last: str = "0"

    async def read(self) -> None:
        async with (
            httpx.AsyncClient(base_url=self.address, timeout=httpx.Timeout(10.0, read=60.0)) as client,
            client.stream("GET", "/alerts/stream", headers={"Last-Event-ID": self.last}) as answer,
        ):
            answer.raise_for_status()
            event = name = ""
            async for line in answer.aiter_lines():
                key, _, value = line.partition(": ")
                if key == "event":
                    event = value
                elif key == "id":
                    name = value
                elif key == "data":
                    assert event != "gap", "nothing was trimmed"
                    if event == "alert":
                        self.take(decode(value))
                    self.last = name


@dataclass
class BySocket(Subscriber):
    address: str = ""
    last: str = "0"

    async def read(self) -> None:
        url = f"ws{self.address.removeprefix('http')}/alerts/socket?since={self.last}"
        async with websockets.connect(url) as socket:
            async for text in socket:
                message = json.loads(text)
                assert message["event"] != "gap", "nothing was trimmed"
                if message["event"] == "alert":
                    self.take(msgspec.convert(message["data"], Alert))
                self.last = message["id"] or self.last


@dataclass
class Hooks:
    """A server with an address for each of some webhooks; each notes what it was sent, once for each id."""

    port: int = field(default_factory=free_port)
    came: dict[str, list[Told]] = field(default_factory=dict)
    known: set[tuple[str, str]] = field(default_factory=set)
    repeated: int = 0

    async def take(self, request: Request) -> Response:
        name, id_ = request.path_params["name"], request.headers["webhook-id"]
        alert = msgspec.convert(json.loads(await request.body())["data"], Alert)
        if (name, id_) in self.known:
            self.repeated += 1
        else:
            self.known.add((name, id_))
            self.came.setdefault(name, []).append((alert.id, alert.revision))
        return Response(status_code=204)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        app = Starlette(routes=[Route("/{name}", self.take, methods=["POST"])])
        config = uvicorn.Config(app, port=self.port, log_config=None, lifespan="off")
        server = uvicorn.Server(config)
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
        task = asyncio.create_task(server.serve())
        try:
            yield
        finally:
            server.should_exit = True
            await task


class Process:
    """One of our own commands, started again on the same port after each end."""

    def __init__(self, words: list[str], environment: dict[str, str], folder: Path) -> None:
        self._words, self._environment, self._folder = words, environment, folder
        self.starts = 0

    def start(self) -> None:
        self.starts += 1
        self.log = self._folder / f"{self._words[0]}-{self.starts}.log"
        with self.log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", "from streams.cli import main; main()", *self._words],
                env=os.environ | self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def wait_ready(self) -> None:
        # The log's own lines are JSON too.
        eventually(
            lambda: re.search(r'^\{"(ready|address)"', self.log.read_text(), re.M) is not None,
            f"{self._words[0]} is ready",
            60.0,
        )

    def end(self, number: signal.Signals) -> int:
        self._process.send_signal(number)
        return self._process.wait(30)

    def kill_if_alive(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
