"""Senders: how a message goes to each kind of receiver."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from exporters.deliveries.event import event_of, signed, test_event
from exporters.deliveries.outbox import Message
from exporters.deliveries.outcomes import Outcome
from exporters.deliveries.post import Poster
from exporters.deliveries.receivers import Alertmanager, Push, Webhook
from exporters.deliveries.routes import Detail, Routes
from streams.records import Alert


class Sender(Protocol):
    """Sends to one receiver; never raises for what a receiver or a network does."""

    async def send(self, message: Message, detail: Detail) -> Outcome:
        """Send one message."""

    async def resend(self, alerts: Sequence[tuple[Alert, Detail]]) -> Outcome:
        """Say again what is open."""

    async def test(self, test_id: str) -> Outcome:
        """Send a message that says that it is a test."""

    async def close(self) -> None:
        """Let go of connections."""


class WebhookSender:
    """Signed events to a URL."""

    def __init__(self, receiver: Webhook, folder: Path, source: str) -> None:
        self._poster = poster_of(receiver, folder)
        self._secret = receiver.secret(folder)
        self._source = source

    async def send(self, message: Message, detail: Detail) -> Outcome:
        """Send one message."""
        body = event_of(message.id, message.alert, self._source, detail, message.nudge)
        return await self._post(message.id, body)

    async def test(self, test_id: str) -> Outcome:
        """Send an event of the type `vitalstream.test`."""
        return await self._post(test_id, test_event(test_id, self._source, datetime.now(UTC)))

    async def resend(self, alerts: Sequence[tuple[Alert, Detail]]) -> Outcome:
        """Nothing: what a webhook has taken stays with it."""

    async def close(self) -> None:
        """Close connections."""
        await self._poster.close()

    async def _post(self, message_id: str, body: bytes) -> Outcome:
        return await self._poster.post(body, signed(message_id, body, self._secret, datetime.now(UTC)))


def poster_of(receiver: Webhook | Alertmanager, folder: Path, path: str = "") -> Poster:
    """What posts to a receiver's URL, or to a path below it."""
    url = receiver.address(folder)
    return Poster(
        url.rstrip("/") + path if path else url,
        receiver.timeout_s,
        receiver.concurrency,
        receiver.allow,
        folder / receiver.ca_file if receiver.ca_file else None,
    )


def senders_of(routes: Routes) -> dict[str, Sender]:
    """A sender for each receiver of a file.

    Raises:
        ValueError: a secret is not there any more, or a service is not known.
    """
    return {name: _named(name, receiver, routes) for name, receiver in routes.receivers.items()}


def _named(name: str, receiver: Webhook | Push | Alertmanager, routes: Routes) -> Sender:
    try:
        return _sender(receiver, routes)
    except ValueError as error:
        raise ValueError(f"receiver {name}: {error}") from error


def _sender(receiver: Webhook | Push | Alertmanager, routes: Routes) -> Sender:
    folder = Path(routes.folder)
    if isinstance(receiver, Webhook):
        return WebhookSender(receiver, folder, routes.source)
    if isinstance(receiver, Alertmanager):
        from exporters.deliveries.alertmanager import AlertmanagerSender

        return AlertmanagerSender(receiver, folder, routes.board)
    from exporters.deliveries.push import PushSender

    return PushSender(receiver, folder, routes.board)
