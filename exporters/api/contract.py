"""Every operation of the API in one table: what is asked, what is answered. OpenAPI is made from it."""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import Struct

from exporters.access import routes as access
from exporters.api import shapes, wearer_shapes
from exporters.history.rows import Row
from streams.records import Alert

READ = (401, 403, 422, 429, 503)
ONE = (401, 403, 404, 422, 429, 503)
SAY = (401, 403, 404, 409, 413, 415, 422, 429, 503)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path. Names in braces in the path are strings."""

    name: str
    method: str
    path: str
    summary: str
    answer: type[Struct] | None = None
    """None = a stream of events, or what `kinds` says."""
    query: type[Struct] = shapes.NoQuery
    body: type[Struct] | None = None
    errors: tuple[int, ...] = READ
    status: int = 200
    kinds: tuple[str, ...] = ()
    """Other content types that the answer comes in."""
    events: tuple[tuple[str, type[Struct] | type[list[Row]]], ...] = ()
    """Of a stream: its events and their data."""
    open: bool = False
    """Whether anybody may ask."""


OPERATIONS = (
    Operation(
        "listAlerts", "GET", "/alerts",
        "Alerts as they are now, the last changed first: those that are open, or all that are kept.",
        shapes.Alerts, shapes.AlertsQuery,
    ),
    Operation(
        "streamAlerts", "GET", "/alerts/stream",
        "Every revision of every alert as it happens (Server-Sent Events). Resume with Last-Event-ID."
        " The same by WebSocket at /alerts/socket, as messages {event, id, data}.",
        query=shapes.StreamQuery, kinds=("text/event-stream",),
        events=(("alert", Alert), ("heartbeat", shapes.Beat), ("gap", shapes.Missing)),
    ),
    Operation(
        "getAlert", "GET", "/alerts/{id}",
        "One alert with its card in words; as text/html or text/plain the card alone.",
        shapes.OneAlert, shapes.CardQuery, errors=ONE, kinds=("text/html", "text/plain"),
    ),
    Operation(
        "getHistory", "GET", "/alerts/{id}/history", "The life of one alert, as far as it is kept.",
        shapes.Events, errors=ONE,
    ),
    Operation(
        "acknowledge", "POST", "/alerts/{id}/acknowledge", "Take an alert on: no more reminders.",
        shapes.Accepted, body=shapes.Acknowledge, errors=SAY, status=202,
    ),
    Operation(
        "snooze", "POST", "/alerts/{id}/snooze",
        "Silence this condition and direction of this wearer for a time; what gets worse comes through.",
        shapes.Accepted, body=shapes.SnoozeFor, errors=SAY, status=202,
    ),
    Operation(
        "giveFeedback", "POST", "/alerts/{id}/feedback", "Say whether an alert was useful and true.",
        shapes.Accepted, body=shapes.Opinion, errors=SAY, status=202,
    ),
    Operation("listSilences", "GET", "/silences", "Who silenced what, and until when.", shapes.Silences),
    Operation(
        "listWearers", "GET", "/wearers", "Wearers at a glance, by risk or by name.",
        wearer_shapes.Wearers, wearer_shapes.WearersQuery,
    ),
    Operation(
        "streamWearers", "GET", "/wearers/stream",
        "Rows of wearers that changed, twice a second at most (Server-Sent Events).",
        query=wearer_shapes.ChangesQuery, kinds=("text/event-stream",),
        events=(("wearers", list[Row]), ("heartbeat", wearer_shapes.Changes)),
    ),
    Operation(
        "getWearer", "GET", "/wearers/{wearer}", "One wearer: latest risk, what is out, newest moment.",
        wearer_shapes.OneWearer, errors=ONE,
    ),
    Operation(
        "getSignals", "GET", "/wearers/{wearer}/signals",
        "A wearer's signals over hours and days beside the own usual, with the alerts of that time.",
        wearer_shapes.Picture, wearer_shapes.SignalsQuery, errors=ONE,
    ),
    Operation("getMe", "GET", "/me", "Who asks, and what they may do.", access.Me, errors=(401, 429, 503)),
    Operation(
        "breakGlass", "POST", "/wearers/{wearer}/break-glass",
        "Open a wearer who is not one's own for a time, with a reason that stands in the audit log.",
        access.Opened, body=access.BreakGlassBody,
        errors=(401, 403, 409, 413, 415, 422, 429, 503), status=201,
    ),
    Operation(
        "readAudit", "GET", "/audit", "Who saw and did what, newest first.",
        access.AuditRows, access.AuditQuery,
    ),
    Operation("getHealth", "GET", "/health", "That the API runs.", shapes.Health, errors=(429,), open=True),
    Operation(
        "getReadiness", "GET", "/ready", "Whether Redis is read and Kafka answers; 503 where not.",
        shapes.Readiness, errors=(429,), open=True,
    ),
)  # fmt: skip
