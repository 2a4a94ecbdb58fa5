"""What the API tells of access itself: GET /me, POST /wearers/{wearer}/break-glass, GET /audit."""

from __future__ import annotations

import asyncio
from typing import Annotated, TypeVar

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from exporters.access.access import Access
from exporters.access.body import body
from exporters.access.break_glass import RUNNING, Glass, TooMany
from exporters.access.chain import Row
from exporters.access.gate import may, record
from exporters.access.principal import Action, Principal, Role, actions
from streams.records import Name

T = TypeVar("T")


class Opened(msgspec.Struct, frozen=True):
    """A wearer who is open to somebody by break-glass, until (ms UTC)."""

    wearer: str
    until: int


class Me(msgspec.Struct, frozen=True):
    """Who asks: `wearers` null = every wearer."""

    name: str
    role: Role
    anonymous: bool
    may: list[Action]
    wearers: list[str] | None
    break_glass: list[Opened]


class BreakGlassBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Why a clinician needs a wearer who is not theirs, and for how long."""

    reason: Annotated[str, msgspec.Meta(min_length=10, max_length=200)]
    minutes: Annotated[int, msgspec.Meta(ge=1, le=60)] = 60


class AuditRows(msgspec.Struct, frozen=True):
    """Rows of the audit log, newest first; `next` is what to ask for as `before`, null at the end."""

    rows: list[Row]
    next: int | None


class AuditQuery(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which rows: so many before that number, the newest if left out."""

    limit: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 100
    before: Annotated[int, msgspec.Meta(ge=1, le=2**53)] | None = None


def access_routes(access: Access) -> list[BaseRoute]:
    """The routes, to be put before `/wearers/{wearer}`."""

    async def me(request: Request) -> Response:
        who: Principal = request.state.principal
        opened = [Opened(g.wearer, g.until) for g in _running(access) if g.who == who.name]
        wearers = None if who.wearers is None else sorted(who.wearers)
        return _json(Me(who.name, who.role, who.anonymous, actions(who), wearers, opened))

    async def break_glass(request: Request) -> Response:
        who = may(request, "break_glass")
        wearer = _wearer(request)
        asked = await body(request, BreakGlassBody)
        glass = await _open(access, request, who, wearer, asked)
        return _json(Opened(glass.wearer, glass.until), 201)

    async def audit(request: Request) -> Response:
        may(request, "audit")
        asked = _converted(dict(request.query_params), AuditQuery)
        await record(request, "audit")
        rows = await asyncio.to_thread(access.audit.newest, asked.limit, asked.before)
        return _json(AuditRows(rows, rows[-1].seq if rows and rows[-1].seq > 1 else None))

    return [
        Route("/me", me, methods=["GET"]),
        Route("/wearers/{wearer}/break-glass", break_glass, methods=["POST"]),
        Route("/audit", audit, methods=["GET"]),
    ]


async def _open(
    access: Access, request: Request, who: Principal, wearer: str, asked: BreakGlassBody
) -> Glass:
    reason = " ".join(asked.reason.split())
    if len(reason) < 10:
        raise HTTPException(422, "say the reason in 10 to 200 characters: it stands in the audit log")
    try:
        glass = access.glass.prepare(who.name, wearer, reason, asked.minutes)
    except TooMany:
        raise HTTPException(
            409, f"{RUNNING} wearers are open to you already: wait until one of them closes"
        ) from None
    except (OSError, ValueError):
        raise _closed() from None
    await record(request, "break_glass", wearer, reason=reason, until=str(glass.until))
    try:
        await asyncio.to_thread(access.glass.open, glass)
    except (OSError, ValueError):
        await record(request, "break_glass", wearer, "failed", reason=reason)
        raise _closed() from None
    return glass


def _closed() -> HTTPException:
    return HTTPException(503, "break-glass can't be kept here now: the file break-glass.json can't be used")


def _running(access: Access) -> list[Glass]:
    try:
        return access.glass.running()
    except (OSError, ValueError):
        return []


def _wearer(request: Request) -> str:
    return _converted(request.path_params["wearer"], Name)


def _converted(value: object, kind: type[T]) -> T:
    try:
        return msgspec.convert(value, kind, strict=False)
    except msgspec.ValidationError as error:
        raise HTTPException(422, f"this can't be read: {error}") from error


def _json(answer: object, status: int = 200) -> Response:
    return Response(msgspec.json.encode(answer), status, media_type="application/json")
