"""A small API behind access, as the real one is: what tests of the door ask."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from exporters.access.access import Access
from exporters.access.gate import record
from exporters.access.middleware import AccessMiddleware
from exporters.access.principal import Action, Principal, Role, allowed, reach
from exporters.access.routes import access_routes
from streams.settings import Settings

KNOWN = ("w1", "w2")
LOCAL = "http://127.0.0.1:8000"


def settings(folder: Path, **changes: Any) -> Settings:
    return Settings(data_dir=folder, **changes)


def token(access: Access, name: str, role: Role, *wearers: str, days: float | None = None) -> str:
    """Grant as the command does, and give the token."""
    grant, made = access.tokens.prepare(name, role, wearers, days)
    access.tokens.add(grant)
    return made


def bearer(made: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {made}"}


def api(access: Access) -> Starlette:
    async def system(request: Request) -> JSONResponse:
        who: Principal = request.state.principal
        if not allowed(who, "system", None):
            raise HTTPException(403, f"this is not for the role {who.role}")
        return JSONResponse({"up": True})

    async def stream(request: Request) -> StreamingResponse:
        _own(request, "stream")
        return StreamingResponse(_events(), media_type="text/event-stream")

    routes = [
        *access_routes(access),
        Route("/", _public),
        Route("/health", _public),
        Route("/system", system),
        Route("/list", _listed),
        Route("/broken/{wearer}", _broken),
        Route("/torn/{wearer}", _torn),
        Route("/wearers/{wearer}", _of("read")),
        Route("/wearers/{wearer}/answer", _of("answer"), methods=["POST"]),
        Route("/wearers/{wearer}/stream", stream),
        WebSocketRoute("/socket/{wearer}", _socket),
    ]
    return Starlette(
        routes=routes,
        middleware=[Middleware(AccessMiddleware, access=access)],
        exception_handlers={HTTPException: _told},
    )


def client(access: Access, address: str = "127.0.0.1", base_url: str = LOCAL) -> httpx.AsyncClient:
    """Asks in this process, as from `address`."""
    transport = httpx.ASGITransport(app=api(access), client=(address, 50_000))
    return httpx.AsyncClient(transport=transport, base_url=base_url)


async def _public(request: Request) -> JSONResponse:
    return JSONResponse({"public": True})


def _of(action: Action) -> Any:
    async def of(request: Request) -> JSONResponse:
        who, wearer = _own(request, action)
        await record(request, action, wearer)
        return JSONResponse({"wearer": wearer, "by": who.name})

    return of


def _own(request: Request, action: Action) -> tuple[Principal, str]:
    who: Principal = request.state.principal
    wearer: str = request.path_params["wearer"]
    if reach(who, action) not in ("own", "any"):
        raise HTTPException(403, f"this is not for the role {who.role}")
    if not allowed(who, action, wearer) or wearer not in KNOWN:
        raise HTTPException(404, "there is no such wearer")
    return who, wearer


async def _listed(request: Request) -> JSONResponse:
    await record(request, "read", request.query_params["wearer"])
    return JSONResponse([])


async def _broken(request: Request) -> JSONResponse:
    raise KeyError(request.path_params["wearer"])


async def _torn(request: Request) -> StreamingResponse:
    async def some() -> AsyncIterator[bytes]:
        yield b"begun"
        raise KeyError(request.path_params["wearer"])

    return StreamingResponse(some())


async def _events() -> AsyncIterator[bytes]:
    number = 0
    while True:
        number += 1
        yield f"data: {number}\n\n".encode()
        await asyncio.sleep(0.05)


async def _socket(socket: WebSocket) -> None:
    await socket.accept()
    while True:
        await socket.send_text(str(socket.state.principal.name))
        await asyncio.sleep(0.05)


async def _told(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    return JSONResponse({"error": error.detail}, error.status_code)
