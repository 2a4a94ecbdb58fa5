"""Decoders of the API and its readers: bodies, queries, tokens, files of access, entries of Redis."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from types import MappingProxyType
from typing import Any

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request

from exporters.access.audit_file import AuditFile
from exporters.access.body import body
from exporters.access.break_glass import BreakGlass, Glass
from exporters.access.chain import Entry, Head, head_of, line_of, row_of, seal, verify
from exporters.access.issuer_keys import usable_keys
from exporters.access.oidc import Oidc, principal_of
from exporters.access.routes import BreakGlassBody
from exporters.access.tokens import Content, Grant, Tokens
from exporters.alerts.current import alert_of
from exporters.alerts.events import AlertFilter, Unreadable, check_position
from exporters.api.asked import query
from exporters.api.positions import position
from exporters.api.shapes import Acknowledge, AlertsQuery, Opinion, SnoozeFor
from exporters.api.store import event_of
from exporters.deliveries.routes import load_routes
from exporters.history.packing import pack, unpack
from exporters.narrator.answer import Refused, worded
from streams.errors import UserError
from streams.records import Reading, Trace
from tests.fuzz.of_streams import ALERT
from tests.fuzz.target import Target, finished, in_file
from tests.streams.engine.shards import START

SECRET = f"whsec_{base64.b64encode(bytes(32)).decode()}"
BODIES = (Acknowledge, SnoozeFor, Opinion, BreakGlassBody)
GRANT = Grant("0a1b2c3d", "dr-a", "clinician", ["ann"], "a" * 64, START)
ROW = seal(Entry("dr-a", "clinician", "read", "ann", "done", {"path": "/alerts"}), START, Head())
BODY = msgspec.json.encode(ALERT)
TRACE = Trace("ann", START, "low", "rest", 60, None, {"hr": Reading(60.0, 58.0, 50.0, 70.0, 1.0, "")})
ROUTES = b"""
[cohorts]
ward = ["w-1*", "w-207"]
[receivers.app]
kind = "webhook"
url = "https://app.example.org/hook"
secret_file = "secret"
[receivers.am]
kind = "alertmanager"
url = "http://127.0.0.1:9093"
[routes.all]
to = ["app", "am"]
priority = "info"
[routes.ward]
to = ["am"]
cohorts = ["ward"]
quiet = { from = "22:00", until = "06:30" }
escalate = [ { after_minutes = 10, to = ["app"] } ]
"""


def _request(data: bytes = b"", asked: bytes = b"") -> Request:
    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": data, "more_body": False}

    headers = [(b"content-type", b"application/json")]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": asked, "headers": headers}
    return Request(scope, receive)


def _body(data: bytes) -> object:
    # The first byte says which body: bytes alone are what a fuzzer has.
    kind = BODIES[data[0] % len(BODIES)] if data else Acknowledge
    return finished(body(_request(data[1:]), kind))


def _entry(data: bytes) -> tuple[str, dict[str, str]]:
    facts = {"priority": "high", "condition": "anomaly", "status": "escalated", "wearer": "ann"}
    # As redis-py hands it over: what is no UTF-8 does not get so far.
    return "1700000000000-0", {**facts, "body": data.decode("utf-8", "replace")}


def _lines(data: bytes) -> object:
    lines = data.splitlines(keepends=True)
    found = verify(lines, head_of(ROW))
    return [row_of(line) for line in lines], found.whole


class _Keys:
    async def find(self, kid: str | None) -> None:
        """The issuer has no key: what comes before its signature is looked at alone."""


def _token(data: bytes) -> object:
    issuer = Oidc("https://issuer.example.org", "vitalstream")
    issuer._keys = _Keys()  # type: ignore[assignment]
    return finished(issuer.login(data.decode("latin-1")))


def _claims(data: bytes) -> object:
    claims = msgspec.json.decode(data, type=dict[str, Any])
    return principal_of({"sub": "ann", **claims})


def _routes(data: bytes) -> object:
    def load(path: Path) -> object:
        path.with_name("secret").write_text(SECRET)
        return load_routes(path)

    return in_file("routes.toml", load)(data)


def _words(parse: Callable[[str], object]) -> Callable[[bytes], object]:
    return lambda data: parse(data.decode("utf-8", "replace"))


def _jwt(header: dict[str, Any]) -> bytes:
    parts = (json.dumps(part).encode() for part in (header, {"sub": "ann", "exp": 2_000_000_000}))
    return b".".join([*(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts), b"c2ln"])


_DEEP = b".".join([base64.urlsafe_b64encode(b'{"alg":' + b"[" * 4_500).rstrip(b"="), b"e30", b"c2ln"])
_JWKS = {"keys": [{"kty": "EC", "crv": "P-256", "kid": "1", "use": "sig", "alg": "ES256",
                   "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
                   "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}  # fmt: skip
_WORDED = {"choices": [{"message": {"content": '{"a": "Sit down and rest."}'}}]}

EXPORTERS = (
    Target(
        "body",
        _body,
        (HTTPException,),
        (
            b'\0{"comment":"on my way"}',
            b'\x01{"minutes":30}',
            b'\x02{"useful":true}',
            b'\x03{"reason":"found on the floor","minutes":5}',
        ),
    ),
    Target(
        "query",
        lambda data: query(_request(asked=data), AlertsQuery),
        (HTTPException,),
        (b"limit=10&priority=high", b"limit=1"),
    ),
    Target("position", _words(position), (ValueError,), (b"1700000000000-5", b"0")),
    Target("since", _words(check_position), (ValueError,), (b"1700000000000-5", b"$")),
    Target("token", _token, (), (_jwt({"alg": "ES256", "kid": "1"}), _jwt({"alg": "RS256"}), _DEEP)),
    Target(
        "claims",
        _claims,
        (msgspec.MsgspecError, UnicodeDecodeError, RecursionError),
        (
            b'{"vitalstream_role":"clinician","vitalstream_wearers":["ann"]}',
            b'{"vitalstream_role":"wearer","vitalstream_wearers":"*","sub":5}',
        ),
    ),
    Target("issuer_keys", usable_keys, (ValueError, TypeError), (json.dumps(_JWKS).encode(),)),
    Target(
        "access_file",
        in_file("access.json", lambda path: Tokens(path).all()),
        (UserError,),
        (msgspec.json.encode(Content("m" * 64, [GRANT])),),
    ),
    Target(
        "break_glass_file",
        in_file("break-glass.json", lambda path: BreakGlass(path).running()),
        (ValueError,),
        (msgspec.json.encode([Glass("dr-a", "ann", "an emergency", 0, 2**45)]),),
    ),
    Target("audit_log", _lines, (), (line_of(ROW), line_of(ROW) + b"{}\n")),
    Target(
        "audit_head",
        in_file("audit.jsonl.head", lambda path: AuditFile(path.with_suffix("")).verify()),
        (),
        (msgspec.json.encode(head_of(ROW)),),
    ),
    Target("routes", _routes, (ValueError,), (ROUTES,)),
    Target("stream_entry", lambda data: AlertFilter().revision(_entry(data)), (Unreadable,), (BODY,)),
    Target("stored_event", lambda data: event_of(_entry(data)), (), (BODY,)),
    Target("current_alert", _words(alert_of), (Unreadable,), (BODY,)),
    Target(
        "kept_trace",
        lambda data: unpack("ann", START, data),
        (msgspec.MsgspecError, ValueError),
        (pack(TRACE),),
    ),
    Target(
        "wording",
        lambda data: worded(data, MappingProxyType({"a": "Sit down."})),
        (Refused,),
        (json.dumps(_WORDED).encode(),),
    ),
)
