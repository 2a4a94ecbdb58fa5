"""Turns the effects of a chunk into Kafka records, and keeps the broker's answers to wait for."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Final, Protocol

import msgspec

from models.online.progressive import Sums
from streams.engine.contracts import DeadLetter, Effects
from streams.engine.names import ALERTS, REJECTED, RISK, TRACES
from streams.engine.scoring.tally import TallyMetrics
from streams.engine.state.partitions import Partition
from streams.records import JSON, Alert, Feedback, Outcome, Rejection, Risk, Trace

Headers = list[tuple[str, bytes]]
LARGEST_LETTER: Final = 16 * 1024 * 1024 + 60 * 1024
"""Bytes of a dead letter, 4 KiB below what its topic takes. A record that was compressed can be larger."""
_PER_HEADER: Final = 10
JSON_HEADER: Headers = [("content-type", JSON.encode())]


class Producer(Protocol):
    """What is needed of Faust's producer."""

    async def send(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        timestamp: float | None,
        headers: Headers | None,
    ) -> asyncio.Future[object]:
        """Queue a record; the future is the broker's answer."""


class EffectMetrics(TallyMetrics, Protocol):
    """What is counted of effects."""

    def packets(self, outcome: Outcome, count: int = 1) -> None:
        """Packets came to this end."""

    def dead_letter(self, reason: str, count: int = 1) -> None:
        """Records went to the dead-letter topic."""

    def alert(self, alert: Alert) -> None:
        """A revision was decided."""

    def foretold(self, cohort: str, sums: Mapping[str, Sums]) -> None:
        """How far own usuals were off before they learnt, by signal."""

    def answer(self, feedback: Feedback, known: bool) -> None:
        """A person said something to an alert; whether it is one that is known."""


class EffectProducer:
    """Sends a chunk's records and dead letters to their topics, in the chunk's own partition number."""

    def __init__(
        self,
        producer: Callable[[], Producer],
        metrics: EffectMetrics,
        on_risk: Callable[[Risk], None] = lambda risk: None,
    ) -> None:
        self._producer, self._metrics, self._on_risk = producer, metrics, on_risk
        self._encoder = msgspec.json.Encoder()

    async def send(self, partition: Partition, effects: Effects) -> None:
        """Queue everything at the producer; the answers go to `partition.unconfirmed`."""
        for alert, _ in effects.alerts:
            await self._json(partition, ALERTS, alert)
            self._metrics.alert(alert)
        for risk in effects.risks:
            await self._json(partition, RISK, risk)
            self._on_risk(risk)
        for trace in effects.traces:
            await self._json(partition, TRACES, trace)
        for letter in effects.dead_letters:
            await self._queue(partition, REJECTED, *fit(letter))
            self._metrics.dead_letter(letter.rejection.reason)
        for outcome, count in effects.outcomes.items():
            self._metrics.packets(outcome, count)
        for cohort, progress in effects.errors.items():
            self._metrics.foretold(cohort, progress.take())
        for feedback, known in effects.answers:
            self._metrics.answer(feedback, known)
        effects.tally.tell(self._metrics)

    async def _json(self, partition: Partition, topic: str, record: Alert | Risk | Trace) -> None:
        value = self._encoder.encode(record)
        await self._queue(partition, topic, record.wearer.encode(), value, JSON_HEADER)

    async def _queue(
        self, partition: Partition, topic: str, key: bytes | None, value: bytes | None, headers: Headers
    ) -> None:
        answer = await self._producer().send(topic, key, value, partition.number, None, headers)
        partition.unconfirmed.append(answer)


def rejection_headers(letter: DeadLetter, own: bool = True) -> Headers:
    """The record's own headers, less those of our names, and why and where it was rejected."""
    ours = [(name, _header(getattr(letter.rejection, name))) for name in Rejection.__struct_fields__]
    if not own:
        return ours
    names = {name for name, _ in ours}
    return [header for header in letter.headers if header[0] not in names] + ours


def fit(letter: DeadLetter) -> tuple[bytes | None, bytes | None, Headers]:
    """Key, value and headers of a dead letter that can be sent.

    What is too large goes without its value, but says its size and digest; if that doesn't do, without
    the record's own headers and, at last, without its key.
    """
    key, value, headers = letter.key, letter.value, rejection_headers(letter)
    if _size(key, value, headers) <= LARGEST_LETTER:
        return key, value, headers
    ours = [*rejection_headers(letter, own=False), *described(value)]
    headers = [header for header in headers if header[0] not in dict(ours)] + ours
    if _size(key, None, headers) > LARGEST_LETTER:
        headers = ours
    return (key if _size(key, None, headers) <= LARGEST_LETTER else None), None, headers


def described(value: bytes | None) -> Headers:
    """Headers that stand for a value that is left out: its size and digest."""
    if value is None:
        return []
    return [
        ("value_bytes", _header(len(value))),
        ("value_sha256", _header(hashlib.sha256(value).hexdigest())),
    ]


def _size(key: bytes | None, value: bytes | None, headers: Headers) -> int:
    told = sum(len(name.encode()) + len(content or b"") + _PER_HEADER for name, content in headers)
    return len(key or b"") + len(value or b"") + told


async def confirmed(answers: Sequence[Awaitable[object]]) -> None:
    """Wait until the broker has answered everything.

    Raises:
        Exception: whatever the first refused one failed with.
    """
    for answer in answers:
        await answer


def _header(value: str | int) -> bytes:
    return str(value).encode("utf-8", "replace")
