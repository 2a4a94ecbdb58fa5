"""What a reader of the stream is told: alerts, holes in what it gets, that the server lives or is away."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

import msgspec

from exporters.alerts.errors import ErrorKind
from exporters.alerts.keys import PRIORITIES
from streams.malformed import MALFORMED
from streams.records import Alert, Condition, Priority, Status

BEGINNING = "0"
"""Before the oldest entry that is kept."""
NEW_ONLY = "$"
"""After the newest entry."""
START = "0-0"
"""The id before the first that a server ever gave."""

Fields = dict[str, str]
Entry = tuple[str, Fields]

_POSITION = re.compile(r"[0-9]+(-[0-9]+)?|\$")
_LARGEST = 2**64 - 1
_decode_alert = msgspec.json.Decoder(Alert).decode


@dataclass(frozen=True, slots=True)
class Revision:
    """One revision of an alert, and its id in the stream."""

    id: str
    alert: Alert


@dataclass(frozen=True, slots=True)
class Gap:
    """Entries between `after` and `before` can't be had: trimmed by age, or the server lost its data.

    What is open now is in the index of active alerts: read that again.
    """

    after: str
    before: str
    reason: Literal["trimmed", "reset"]


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """The server answers, and this is the newest id it has: with nothing in between, all is quiet."""

    newest: str


@dataclass(frozen=True, slots=True)
class Away:
    """The server does not answer: nothing is known until the next heartbeat. The reader tries again."""

    kind: ErrorKind


Event = Revision | Gap | Heartbeat | Away


class Unreadable(ValueError):
    """An entry of the stream that somebody else has put there, or a newer version."""


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which revisions a reader wants; None = all. Each revision is judged alone, by its own fields.

    `priority` means this one alone, `at_least` this one or graver.
    """

    priority: Priority | None = None
    at_least: Priority | None = None
    condition: Condition | None = None
    status: Status | None = None
    wearer: str | None = None

    def revision(self, entry: Entry) -> Revision | None:
        """What a stream entry tells, where it is wanted; unwanted bodies are not decoded.

        Raises:
            Unreadable: it is no alert of this version.
        """
        stream_id, fields = entry
        try:
            return Revision(stream_id, _decode_alert(fields["body"])) if self._wants(fields) else None
        except (KeyError, *MALFORMED) as error:
            raise Unreadable(f"entry {stream_id} of the stream is no alert of this version") from error

    def _wants(self, fields: Fields) -> bool:
        return (
            self.priority in (None, fields["priority"])
            and (self.at_least is None or fields["priority"] in _down_to(self.at_least))
            and self.condition in (None, fields["condition"])
            and self.status in (None, fields["status"])
            and self.wearer in (None, fields["wearer"])
        )


def _down_to(least: Priority) -> tuple[Priority, ...]:
    return PRIORITIES[: PRIORITIES.index(least) + 1]


def check_position(since: str) -> str:
    """The same words. Raises ValueError when they are no place to begin at."""
    if not _POSITION.fullmatch(since) or (since != NEW_ONLY and max(place(since)) > _LARGEST):
        raise ValueError(f"{since[:40]!r} is no stream id: give one that was printed before, 0 or $")
    return since


def place(stream_id: str) -> tuple[int, int]:
    """A stream id as numbers that compare."""
    millis, _, number = stream_id.partition("-")
    return int(millis), int(number or 0)


def gap_before(raw: Entry, position: str) -> Gap | None:
    """What a reader that stands at `position` misses when this is the next entry it gets.

    Each entry names the one that was written before it. Entries of older versions don't: no gap is known.
    """
    stream_id, fields = raw
    previous = fields.get("previous", "")
    if previous in ("", position) or place(position) == (0, 0):
        return None
    if previous == START:
        return Gap(position, stream_id, "reset")
    return Gap(position, stream_id, "trimmed") if place(previous) > place(position) else None
