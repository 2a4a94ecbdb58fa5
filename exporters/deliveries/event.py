"""What a webhook gets: a CloudEvents 1.0 body, signed after Standard Webhooks."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from standardwebhooks import Webhook as Signer

from exporters.deliveries.routes import Detail
from streams.records import Alert

CONTENT_TYPE = "application/cloudevents+json"
TYPE = "vitalstream.alert"
_TITLE = ("id", "revision", "status", "priority", "onset", "updated", "historic", "title", "condition")
_NONE = _TITLE[:-2]


def event_of(message_id: str, alert: Alert, source: str, detail: Detail, nudge: int = 0) -> bytes:
    """The body, the same at every attempt: `time` is when the alert changed, in event time."""
    event: dict[str, Any] = {
        "specversion": "1.0",
        "id": message_id,
        "source": source,
        "type": f"{TYPE}.{alert.status}",
        "time": rfc3339(alert.updated),
        "subject": alert.id,
        "datacontenttype": "application/json",
        "data": data_of(alert, detail),
    }
    if nudge:
        event["nudge"] = nudge
    return msgspec.json.encode(event)


def test_event(test_id: str, source: str, now: datetime) -> bytes:
    """A body that says that it is a test."""
    return msgspec.json.encode(
        {
            "specversion": "1.0",
            "id": test_id,
            "source": source,
            "type": "vitalstream.test",
            "time": rfc3339(round(now.timestamp() * 1000)),
            "subject": "test",
            "datacontenttype": "application/json",
            "data": {},
        }
    )


def data_of(alert: Alert, detail: Detail) -> object:
    """The alert, or as much of it as a route tells."""
    if detail == "full":
        return alert
    return {name: getattr(alert, name) for name in (_TITLE if detail == "title" else _NONE)}


def signed(message_id: str, body: bytes, secret: str, now: datetime) -> dict[str, str]:
    """The headers of Standard Webhooks for a body sent `now`."""
    at = now.astimezone(UTC)
    return {
        "content-type": CONTENT_TYPE,
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Signer(secret).sign(message_id, at, body.decode()),
    }


def rfc3339(ms: int) -> str:
    """A time in ms UTC as RFC 3339."""
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
