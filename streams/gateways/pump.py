"""Sends timed packets on at the pace of event time, to Kafka or to a file."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Protocol

import msgspec

from streams.errors import UserError
from streams.gateways.timed import Timed
from streams.records import Profile, VitalsPacket


class Sink(Protocol):
    """Where records go."""

    def send(self, record: VitalsPacket | Profile) -> None:
        """Hand over one record."""


class FileSink:
    """Writes every packet as a line of JSON; profiles have no place in that file and are left out."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._encode = msgspec.json.Encoder().encode
        self._file: BinaryIO

    def __enter__(self) -> FileSink:
        self._file = self._path.open("wb")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def send(self, record: VitalsPacket | Profile) -> None:
        """Write one line."""
        if isinstance(record, VitalsPacket):
            self._file.write(self._encode(record) + b"\n")


@dataclass(frozen=True, slots=True)
class Sent:
    """What was sent: the last line of `simulate` and `replay`."""

    packets: int
    wearers: int
    event_hours: float
    seconds: float

    def __str__(self) -> str:
        rate = f"{self.packets / self.seconds:,.0f}/s" if self.seconds else "at once"
        hours = f"{self.event_hours:.1f} h of event time"
        return (
            f"{self.packets:,} packets of {self.wearers:,} wearers, {hours} in {self.seconds:.1f} s ({rate})"
        )

    def json(self) -> str:
        """Give the same as one JSON object."""
        return msgspec.json.encode(asdict(self)).decode()


def pace(records: Iterable[Timed], speed: float | None) -> Iterator[Timed]:
    """Hold back each record until its time has come: `speed` event seconds a second, None = at once."""
    if speed is None:
        yield from records
        return
    began, first = time.monotonic(), None
    for record in records:
        first = record.time if first is None else first
        wait = began + (record.time - first) / 1000 / speed - time.monotonic()
        # Timers are no finer than that; what is late catches up by itself.
        if wait > 0.002:
            time.sleep(wait)
        yield record


def pump(records: Iterable[Timed], sink: Sink, tick: Callable[[int, int], None] | None = None) -> Sent:
    """Send everything; `tick` hears event time (ms) and count now and then."""
    began = time.monotonic()
    wearers: set[str] = set()
    count, first, last = 0, 0, 0
    for record in records:
        if record.profile is not None:
            sink.send(record.profile)
        sink.send(record.packet)
        wearers.add(record.wearer)
        first = record.time if count == 0 else first
        last = record.time
        count += 1
        if tick is not None and count % 500 == 0:
            tick(last, count)
    hours = (last - first) / 3_600_000
    return Sent(count, len(wearers), round(hours, 3), round(time.monotonic() - began, 3))


def parse_speed(text: str) -> float | None:
    """Read `--speed`: a factor, or `max` for no pacing (None)."""
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise UserError(f"--speed {text}: give a number above 0 (3600 = an hour a second), or max")
    return speed


def parse_start(text: str | None, default: int) -> int:
    """Read `--start`, an ISO 8601 time (UTC unless it says otherwise), as ms."""
    from datetime import UTC, datetime

    if text is None:
        return default
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise UserError(f"--start {text}: give a time like 2026-01-05T06:00:00Z") from error
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if not 1970 <= at.year < 2099:
        raise UserError(f"--start {text}: give a time from 1970 to 2098")
    return round(at.timestamp() * 1000)
