"""Alerts for an Alertmanager: POST /api/v2/alerts, said again before they would expire there.

https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml
"""

from __future__ import annotations

import hashlib
import hmac
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

from exporters.deliveries.event import rfc3339
from exporters.deliveries.outbox import Message
from exporters.deliveries.outcomes import Outcome
from exporters.deliveries.receivers import Alertmanager
from exporters.deliveries.routes import Detail
from exporters.deliveries.senders import poster_of
from streams.records import Alert, Priority

PATH = "/api/v2/alerts"
BATCH = 200
LAST = 3
"""An alert ends there after so many times the interval of saying it again, as Prometheus has it (4)."""

_SEVERITY: dict[Priority, str] = {"high": "critical", "medium": "warning", "low": "info", "info": "info"}


class AlertmanagerSender:
    """Posts alerts as labels without the wearer's name."""

    def __init__(self, receiver: Alertmanager, folder: Path, board: str) -> None:
        self._poster = poster_of(receiver, folder, PATH)
        self._salt = receiver.salt(folder)
        self._board = board
        self._lasts_ms = receiver.resend_s * 1000 * LAST

    async def send(self, message: Message, detail: Detail) -> Outcome:
        """Say how an alert is; where its labels were others before, those end."""
        now = time.time_ns() // 1_000_000
        told = [self._said(message.alert, now, detail)]
        before = message.before
        if before is not None and before.status != "resolved":
            old = self._said(before, now, detail)
            if old["labels"] != told[0]["labels"]:
                told.append(old | {"endsAt": rfc3339(max(now, before.onset))})
        return await self._post(told)

    async def resend(self, alerts: Sequence[tuple[Alert, Detail]]) -> Outcome:
        """Say again what is open."""
        now = time.time_ns() // 1_000_000
        for start in range(0, len(alerts), BATCH):
            said = [self._said(alert, now, detail) for alert, detail in alerts[start : start + BATCH]]
            if (outcome := await self._post(said)) is not None:
                return outcome
        return None

    async def test(self, test_id: str) -> Outcome:
        """Post an alert of the name `VitalstreamTest` that ends in a minute."""
        now = time.time_ns() // 1_000_000
        labels = {"alertname": "VitalstreamTest", "alert": test_id, "severity": "none"}
        times = {"startsAt": rfc3339(now), "endsAt": rfc3339(now + 60_000)}
        return await self._post([{"labels": labels, "annotations": {"summary": "a test"}} | times])

    async def close(self) -> None:
        """Close connections."""
        await self._poster.close()

    async def _post(self, alerts: list[dict[str, Any]]) -> Outcome:
        return await self._poster.post(msgspec.json.encode(alerts), {"content-type": "application/json"})

    def _said(self, alert: Alert, now: int, detail: Detail) -> dict[str, Any]:
        return posted(alert, now, self._lasts_ms, self._salt, self._board, detail)


def posted(
    alert: Alert, now: int, lasts_ms: int, salt: bytes | None, board: str, detail: Detail
) -> dict[str, Any]:
    """One alert as Alertmanager reads it. `alert` (its id) keeps those of several wearers apart."""
    begun = min(alert.onset, now)  # a device's clock may be ahead
    labels = {
        "alertname": "VitalstreamAlert",
        "alert": alert.id,
        "condition": alert.condition,
        "priority": alert.priority,
        "severity": _SEVERITY[alert.priority],
    }
    if alert.side:
        labels["side"] = alert.side
    if salt is not None:
        labels["wearer"] = hmac.new(salt, alert.wearer.encode(), hashlib.sha256).hexdigest()[:16]
    annotations = {"summary": f"{alert.priority} alert: {alert.condition}", "status": alert.status}
    if detail != "none":
        annotations["description"] = alert.title
    said = {
        "labels": labels,
        "annotations": annotations,
        "startsAt": rfc3339(begun),
        "endsAt": rfc3339(now if alert.status == "resolved" else now + lasts_ms),
    }
    return said | ({"generatorURL": board} if board else {})
