"""A small server that keeps the board's contract, over a made-up world: for tests of the page alone."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from sse_starlette.sse import EventSourceResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from exporters.alerts.card_content import card_of
from exporters.board.routes import board_routes
from models.advice import load_catalogue
from streams.records import Alert, Feedback
from tests.exporters.board.world import World, plain

MANY = ["read", "answer", "stream", "break_glass"]


@dataclass
class Looks:
    """Who may look, how often it is told that all lives, and made-up rows beside the world's."""

    heartbeat_s: float = 15.0
    tokens: Mapping[str, dict[str, Any]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
    masked: bool = False
    crowd: dict[str, dict[str, Any]] = field(default_factory=dict)
    gap: tuple[str, str] | None = None


class BoardServer:
    """The API's paths that the board uses; `start` and `stop` keep the port."""

    def __init__(self, world: World, looks: Looks | None = None) -> None:
        self.world = world
        self.looks = looks or Looks()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._server: uvicorn.Server | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._news: set[asyncio.Event] = set()
        self.changed: list[dict[str, Any]] = []
        world.heard.append(self.wake)

    # Life ---------------------------------------------------------------------------------------

    def start(self) -> BoardServer:
        config = uvicorn.Config(
            self._app(), host="127.0.0.1", port=self.port, log_config=None, timeout_graceful_shutdown=0
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)
        self._thread.start()
        while not self._server.started:
            time.sleep(0.01)
        return self

    def stop(self) -> None:
        assert self._server is not None
        assert self._thread is not None
        self._server.should_exit = self._server.force_exit = True
        self.wake()
        self._thread.join(10)

    def wake(self) -> None:
        """There are news: let every stream look."""
        if self._loop is not None and self._loop.is_running():
            self._loop.call_soon_threadsafe(self._ring)

    def _ring(self) -> None:
        for news in self._news:
            news.set()

    def tell_rows(self, rows: list[dict[str, Any]]) -> None:
        """Rows that changed, to every stream of wearers."""
        self.changed.extend(rows)
        self.wake()

    # Paths --------------------------------------------------------------------------------------

    def _app(self) -> Starlette:
        routes = [
            Route("/me", self.me),
            Route("/alerts", self.alerts),
            Route("/silences", self.silences),
            Route("/alerts/stream", self.alert_stream),
            Route("/alerts/{id}", self.alert),
            Route("/alerts/{id}/history", self.history),
            Route("/alerts/{id}/{action}", self.say, methods=["POST"]),
            Route("/wearers", self.wearers),
            Route("/wearers/stream", self.wearer_stream),
            Route("/wearers/{wearer}", self.wearer),
            Route("/wearers/{wearer}/signals", self.signals),
            Route("/wearers/{wearer}/break-glass", self.break_glass, methods=["POST"]),
            *board_routes(),
        ]
        return Starlette(routes=routes)

    def who(self, request: Request) -> dict[str, Any] | None:
        """Who asks; None = nobody that is known."""
        if not self.looks.tokens:
            return {"name": "anonymous", "role": "clinician", "anonymous": True, "may": MANY}
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        return self.looks.tokens.get(token)

    async def me(self, request: Request) -> Response:
        me = self.who(request)
        return _error(401, "sign in with a token") if me is None else JSONResponse(me)

    async def alerts(self, request: Request) -> Response:
        if self.who(request) is None:
            return _error(401, "sign in with a token")
        asked = request.query_params
        with self.world.lock:
            found = [
                {"stream_id": entry, "alert": plain(alert)}
                for entry, alert in self.world.alerts.values()
                if (asked.get("state") != "open" or alert.status != "resolved")
                and asked.get("wearer", alert.wearer) == alert.wearer
                and asked.get("priority", alert.priority) == alert.priority
            ]
            newest = self.world.stream[-1][0] if self.world.stream else "0-0"
        return JSONResponse({"alerts": found, "next": None, "newest": newest})

    async def alert(self, request: Request) -> Response:
        entry = self.world.alerts.get(request.path_params["id"])
        if entry is None:
            return _error(404, "no such alert")
        asked = request.query_params
        card = card_of(
            entry[1], load_catalogue(), asked.get("voice", "wearer"), asked.get("language", "en")  # type: ignore[arg-type]
        )  # fmt: skip
        return JSONResponse({"alert": plain(entry[1]), "stream_id": entry[0], "card": plain(card)})

    async def history(self, request: Request) -> Response:
        wanted = request.path_params["id"]
        events = [
            {"stream_id": entry, "alert": plain(alert)}
            for entry, alert in self.world.stream
            if alert.id == wanted
        ]
        return JSONResponse({"events": events})

    async def say(self, request: Request) -> Response:
        me = self.who(request)
        body = await request.json()
        entry = self.world.alerts.get(request.path_params["id"])
        if entry is None or me is None:
            return _error(404, "no such alert")
        feedback = _feedback(
            entry[1], request.path_params["action"], body, me["name"], len(self.world.stream)
        )
        await asyncio.to_thread(self.world.answer, feedback)
        return JSONResponse({"feedback": feedback.id}, status_code=202)

    async def silences(self, request: Request) -> Response:
        found = [
            {
                "alert": alert.id, "wearer": alert.wearer, "condition": alert.condition, "side": alert.side,
                "until": alert.snooze.until, "author": alert.snooze.author,
                "expired": alert.snooze.until <= self.world.time,
            }
            for _, alert in self.world.alerts.values()
            if alert.snooze is not None
        ]  # fmt: skip
        return JSONResponse({"silences": found})

    def rows(self) -> list[dict[str, Any]]:
        with self.world.lock:
            own = [self.world.row(name) for name in sorted(self.world.traces)]
        shown = [row for row in own if row["wearer"] not in self.looks.hidden]
        return list(map(_masked, shown)) if self.looks.masked else shown + list(self.looks.crowd.values())

    async def wearers(self, request: Request) -> Response:
        if self.who(request) is None:
            return _error(401, "sign in with a token")
        rows = self.rows()
        first = int(request.query_params.get("offset", 0))
        shown = rows[first : first + int(request.query_params.get("limit", 200))]
        return JSONResponse({"wearers": shown, "total": len(rows), "newest": self.world.time})

    def _missing(self, request: Request) -> bool:
        name = request.path_params["wearer"]
        return name not in self.world.traces or name in self.looks.hidden

    async def wearer(self, request: Request) -> Response:
        if self._missing(request):
            return _error(404, "no such wearer")
        if self.looks.masked:
            return _error(403, "this is not for the role operator")
        with self.world.lock:
            return JSONResponse(self.world.wearer(request.path_params["wearer"]))

    async def signals(self, request: Request) -> Response:
        if self._missing(request):
            return _error(404, "no such wearer")
        asked = request.query_params
        with self.world.lock:
            found = self.world.signals(request.path_params["wearer"], int(asked["from"]), int(asked["to"]))
        return JSONResponse(found)

    async def break_glass(self, request: Request) -> Response:
        body = await request.json()
        if not body["reason"]:
            return _error(400, "say why")
        self.looks.hidden.discard(request.path_params["wearer"])
        return JSONResponse({"until": self.world.time + body["minutes"] * 60_000})

    # Streams ------------------------------------------------------------------------------------

    async def alert_stream(self, request: Request) -> Response:
        if self.who(request) is None:
            return _error(401, "sign in with a token")
        since = request.headers.get("last-event-id") or request.query_params.get("since", "")

        async def told() -> AsyncIterator[dict[str, Any]]:
            known = [entry for entry, _ in self.world.stream]
            at = known.index(since) + 1 if since in known else len(known)
            gap, self.looks.gap = self.looks.gap, None
            if gap is not None:
                yield _event("gap", {"from": gap[0], "to": gap[1], "reason": "trimmed"})
            async for _ in self._beats():
                for entry, alert in self.world.stream[at:]:
                    yield _event("alert", plain(alert), entry)
                at = len(self.world.stream)
                yield _event("heartbeat", self._heartbeat())

        return EventSourceResponse(told())

    async def wearer_stream(self, request: Request) -> Response:
        if self.who(request) is None:
            return _error(401, "sign in with a token")

        async def told() -> AsyncIterator[dict[str, Any]]:
            shown = {row["wearer"]: row for row in self.rows()}
            at = len(self.changed)
            async for _ in self._beats():
                news = self.changed[at:]
                at = len(self.changed)
                own = [row for row in self.rows() if row["wearer"] in self.world.traces]
                news += [row for row in own if shown.get(row["wearer"]) != row]
                shown.update({row["wearer"]: row for row in news})
                if news:
                    yield _event("wearers", news)
                yield _event("heartbeat", self._heartbeat())

        return EventSourceResponse(told())

    def _heartbeat(self) -> dict[str, Any]:
        newest = self.world.stream[-1][0] if self.world.stream else "0-0"
        return {"time": int(time.time() * 1000), "newest": newest, "source": "up"}

    async def _beats(self) -> AsyncIterator[None]:
        """At once, at every piece of news, and every heartbeat."""
        self._loop = asyncio.get_running_loop()
        news = asyncio.Event()
        self._news.add(news)
        try:
            while not (self._server and self._server.should_exit):
                yield
                try:
                    await asyncio.wait_for(news.wait(), self.looks.heartbeat_s)
                except TimeoutError:
                    continue
                news.clear()
        finally:
            self._news.discard(news)


def _feedback(alert: Alert, action: str, body: dict[str, Any], author: str, number: int) -> Feedback:
    said = {"feedback": "answer"}.get(action, action)
    minutes = body.get("minutes")
    return Feedback(
        id=f"f{number}-{action}",
        wearer=alert.wearer,
        alert=alert.id,
        action=said,  # type: ignore[arg-type]
        time=alert.updated,
        author=author,
        useful=body.get("useful"),
        true_alarm=body.get("true_alarm"),
        comment=body.get("comment", ""),
        for_s=None if minutes is None else minutes * 60,
    )


def _masked(row: dict[str, Any]) -> dict[str, Any]:
    """A row for a role without health detail: its age alone."""
    bare: dict[str, Any] = {"context": "", "unusual": None, "strange": [], "unusable": {}, "alerts": {}}
    return {name: row[name] for name in ("wearer", "time", "stale")} | bare | {"level": None}


def _event(name: str, data: Any, entry: str | None = None) -> dict[str, Any]:
    found = {"event": name, "data": json.dumps(data)}
    return found if entry is None else found | {"id": entry}


def _error(status: int, line: str) -> JSONResponse:
    return JSONResponse({"error": line}, status_code=status)


def wait_for(held: Callable[[], bool], seconds: float = 60.0) -> None:
    """Until something holds; it fails when it does not in time."""
    end = time.monotonic() + seconds
    while not held():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.02)
