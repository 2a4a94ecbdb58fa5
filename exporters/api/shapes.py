"""What requests hold and what answers look like: one Struct each, the source of checks and of OpenAPI."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta, Struct

from exporters.alerts.card_content import Card
from exporters.api.positions import PATTERN
from models.advice import Language
from streams.records import Alert, Condition, Millis, Name, Priority, Side, Status, Voice

StreamId = Annotated[str, Meta(pattern=PATTERN, description="Redis stream id")]
MOST = 500
"""Alerts in one answer at most."""


class Wanted(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Which alerts; what is left out is not looked at."""

    priority: Priority | None = None
    condition: Condition | None = None
    status: Status | None = None
    wearer: Name | None = None

    def takes(self, alert: Alert) -> bool:
        """Whether an alert, as it is shown, is one of them."""
        return (
            self.priority in (None, alert.priority)
            and self.condition in (None, alert.condition)
            and self.status in (None, alert.status)
            and self.wearer in (None, alert.wearer)
        )


class AlertsQuery(Wanted, frozen=True):
    """Query of GET /alerts."""

    state: Annotated[
        Literal["open", "all"], Meta(description="what is not over, or everything that is kept")
    ] = "open"
    before: Annotated[StreamId | None, Meta(description="`next` of the page before")] = None
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 100


class CardQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Query of GET /alerts/{id}."""

    voice: Voice = "wearer"
    language: Language = "en"


class StreamQuery(Wanted, frozen=True):
    """Query of the streams."""

    since: Annotated[
        StreamId | None,
        Meta(description="go on after this event; 0 = the oldest kept; left out = new ones alone"),
    ] = None


class NoQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """No query at all."""


Comment = Annotated[
    str,
    Meta(
        max_length=2000,
        description="in words; kept with the record, shown to nobody",
        extra_json_schema={"pattern": r"^[^\u0000-\u001F\u007F-\u009F]*$"},
    ),
]


class Acknowledge(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of POST /alerts/{id}/acknowledge: it is taken on."""

    comment: Comment = ""


class SnoozeFor(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of POST /alerts/{id}/snooze: this condition and direction stays silent for a time."""

    minutes: Annotated[
        int,
        Meta(ge=1, le=7 * 1440, description="from when a worker hears it; the policy bounds it by priority"),
    ]
    comment: Comment = ""


class Opinion(Struct, frozen=True, forbid_unknown_fields=True):
    """Body of POST /alerts/{id}/feedback: at least one of the three."""

    SCHEMA: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"required": ["useful"], "properties": {"useful": {"type": "boolean"}}},
            {"required": ["true_alarm"], "properties": {"true_alarm": {"type": "boolean"}}},
            {"required": ["comment"], "properties": {"comment": {"minLength": 1}}},
        ]
    }
    """What the fields alone don't say."""

    useful: Annotated[bool | None, Meta(description="was it worth telling?")] = None
    true_alarm: Annotated[bool | None, Meta(description="was it so?")] = None
    comment: Comment = ""


class Accepted(Struct, frozen=True, omit_defaults=True):
    """Kafka has it; the effect shows as a new revision of the alert."""

    feedback: Annotated[str, Meta(description="id of the record in topic `feedback`")]
    minutes: Annotated[int | None, Meta(description="for how long it will be silent at most")] = None


class Revision(Struct, frozen=True):
    """A revision of an alert, and its place in the stream."""

    stream_id: str
    alert: Alert


class Alerts(Struct, frozen=True):
    """Answer of GET /alerts: the last changed first."""

    alerts: list[Revision]
    next: Annotated[str | None, Meta(description="`before` of the next page; null at the end")]
    newest: Annotated[str, Meta(description="`since` of a stream that misses nothing after this")]


class OneAlert(Struct, frozen=True):
    """Answer of GET /alerts/{id}."""

    alert: Alert
    stream_id: str
    card: Card


class Events(Struct, frozen=True):
    """Answer of GET /alerts/{id}/history: oldest first."""

    events: list[Revision]


class Silence(Struct, frozen=True):
    """Who silenced one condition and direction of a wearer, and until when."""

    alert: str
    wearer: str
    condition: Condition
    side: Side
    until: Millis
    author: str
    expired: bool


class Silences(Struct, frozen=True):
    """Answer of GET /silences."""

    silences: list[Silence]


class Beat(Struct, frozen=True):
    """Data of a `heartbeat`: silence with it means that nothing happened."""

    time: Annotated[Millis, Meta(description="wall clock of the API")]
    newest: Annotated[str, Meta(description="the last event that the API knows of")]
    source: Annotated[
        Literal["up", "away"], Meta(description="away = the API can't read, so silence means nothing")
    ]


class Missing(Struct, frozen=True, rename={"after": "from"}):
    """Data of a `gap`: what was asked for is not kept any more."""

    after: str
    to: Annotated[str, Meta(description="where the stream goes on")]
    reason: Annotated[
        Literal["trimmed", "reset"], Meta(description="reset = the server has lost its stream")
    ] = "trimmed"


class Health(Struct, frozen=True):
    """Answer of GET /health."""

    status: Literal["ok"] = "ok"


Way = Literal["up", "away"]


class Readiness(Struct, frozen=True):
    """Answer of GET /ready."""

    ready: Annotated[bool, Meta(description="whether alerts are read and answers are taken")]
    redis: Annotated[Way, Meta(description="up = it answers, and the stream of alerts is being read")]
    kafka: Annotated[Way, Meta(description="up = it would take an answer")]
    history: Annotated[Way, Meta(description="away = the board's wearers and signals stand still")]


class Problem(Struct, frozen=True):
    """Every answer that is an error."""

    error: Annotated[str, Meta(description="one line that says what to do")]
