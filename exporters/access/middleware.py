"""The door of the API as ASGI: Host, Origin, rates, login, security headers; streams pass through it.

`scope["state"]` then holds `principal` and `gate`. Requests that are not let in are answered here, with
`{"error": one line}`; a stream ends when its token does, or when its reader's wearers change.
"""

from __future__ import annotations

import asyncio
import logging
import re
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from exporters.access.access import Access
from exporters.access.audit import AuditUnavailable
from exporters.access.chain import Entry
from exporters.access.connection import Connection
from exporters.access.failures import trail
from exporters.access.gate import Gate
from exporters.access.limits import Buckets, Rate, address_key
from exporters.access.origin import from_elsewhere, names_loopback
from exporters.access.principal import Principal
from exporters.access.refused import Refused, later, no_login, too_often
from exporters.access.tokens import LENGTH, PREFIX
from streams.errors import UserError
from streams.redaction import redacted

PUBLIC = frozenset({"/", "/health", "/ready", "/openapi.json", "/favicon.ico"})
PUBLIC_FOLDER = "/board/"
SECRETS = frozenset({"token", "access_token"})
TOKEN = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{{LENGTH - len(PREFIX)}}}")
TOLD_AGAIN = Rate(per_s=1 / 60, burst=1)

log = logging.getLogger(__name__)


class AccessMiddleware:
    """Wraps an ASGI app; `Middleware(AccessMiddleware, access=Access.open(settings))` in Starlette."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access
        self._people = Buckets(access.limits.principal)
        self._addresses = Buckets(access.limits.address)
        self._told = Buckets(TOLD_AGAIN)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, self._closing(send))
            return
        connection = Connection(scope, receive, send, tls=self._access.tls, data=not _public(scope))
        try:
            gate = await self._enter(scope)
        except Refused as refused:
            await self._note(scope, refused)
            await connection.refuse(refused)
            return
        connection.gate = gate
        try:
            await self._app(scope, connection.receive, connection.send)
        except ClientDisconnect:
            pass  # in the middle of what it had to say: nobody is there to be answered
        except Exception as error:
            # Not left to the server, whose log would quote the error's words.
            log.error("a request has failed: %s", trail(error))
            await connection.fail()
        finally:
            connection.close()
        if gate is not None and connection.status in (403, 404):
            await self._write(gate.who, scope, connection.status)

    async def _enter(self, scope: Scope) -> Gate | None:
        headers, client = Headers(scope=scope), _client(scope)
        self._check_request(scope, headers)
        _ask(self._addresses, address_key(client))
        _check_address(scope)
        if _public(scope):
            return None
        try:
            # nginx, as it comes, tells nothing of whom it asks for, but asks by HTTP/1.0.
            direct = scope.get("http_version") != "1.0"
            resolve = await self._access.login(headers, client if direct else None)
            who = resolve()
            if who is None:
                raise no_login("this token has just ended: ask an admin for another")
        except (UserError, OSError) as error:
            log.error("tokens can't be read: %s", error)
            raise later("tokens can't be read here now: the log of the API says why") from error
        except Refused as refused:
            if refused.status == 401 and refused.count:
                self._addresses.charge(address_key(client), self._access.limits.failure)
            raise
        _ask(self._people, f"{who.name} {address_key(client)}" if who.anonymous else who.name, who)
        gate = Gate(self._access, resolve, who)
        scope.setdefault("state", {}).update(principal=who, gate=gate)
        return gate

    def _check_request(self, scope: Scope, headers: Headers) -> None:
        method = scope.get("method", "WEBSOCKET")
        if self._access.loopback and not names_loopback(headers):
            raise Refused(421, "ask for this machine by the name localhost or 127.0.0.1", count=False)
        if from_elsewhere(method, scope.get("scheme", "http"), headers):
            raise Refused(403, "a page of another site can't do this", count=False)

    async def _note(self, scope: Scope, refused: Refused) -> None:
        address = address_key(_client(scope))
        if refused.status == 503 or (not refused.count and self._told.wait_s(f"{refused.status} {address}")):
            return
        await self._write(refused.who, scope, refused.status)

    async def _write(self, who: Principal | None, scope: Scope, status: int) -> None:
        name, role = (who.name, who.role) if who else ("unknown", "")
        detail = _detail(scope, status)
        try:
            await self._access.audit.note(Entry(name, role, "request", None, "refused", detail))
        except AuditUnavailable:
            log.error("a refusal is not in the audit log: it can't be written")

    def _closing(self, send: Send) -> Send:
        async def closing(message: Message) -> None:
            if message["type"] == "lifespan.shutdown.complete":
                await asyncio.to_thread(self._access.close)
            await send(message)

        return closing


def _ask(buckets: Buckets, key: str, who: Principal | None = None) -> None:
    wait_s = buckets.wait_s(key)
    if wait_s:
        raise too_often(wait_s, who)


def _check_address(scope: Scope) -> None:
    query = scope["query_string"].decode("latin-1")
    named = {name.lower() for name in parse_qs(query, keep_blank_values=True)}
    if named & SECRETS or TOKEN.search(query) or TOKEN.search(scope["path"]):
        line = (
            "a token in the address is not taken: send `Authorization: Bearer TOKEN`, and replace the one"
            " that was sent, since addresses are kept in logs"
        )
        raise Refused(400, line, count=False)


def _public(scope: Scope) -> bool:
    path: str = scope["path"]
    return scope["type"] == "http" and (path in PUBLIC or path.startswith(PUBLIC_FOLDER))


def _client(scope: Scope) -> str | None:
    return scope["client"][0] if scope.get("client") else None


def _detail(scope: Scope, status: int) -> dict[str, str]:
    return {
        "address": address_key(_client(scope)),
        "method": scope.get("method", "WEBSOCKET"),
        "path": redacted(TOKEN.sub("TOKEN", scope["path"])),
        "status": str(status),
    }
