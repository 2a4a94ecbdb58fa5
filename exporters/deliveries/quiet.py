"""Quiet hours: what is not `high` waits until they are over."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from typing import Annotated
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct, field

from streams.records import Priority

Clock = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Quiet(Struct, frozen=True, forbid_unknown_fields=True):
    """Hours of the day by a zone's clock, such as 22:00 to 06:30; they may span midnight."""

    begin: Clock = field(name="from")
    until: Clock = field()
    zone: str = "UTC"

    def __post_init__(self) -> None:
        try:
            _zone(self.zone)
        except (OSError, ValueError, KeyError):  # which one depends on how wrong the name is
            raise ValueError(f"{self.zone!r} is no time zone, such as Europe/Berlin") from None
        if self.begin == self.until:
            raise ValueError("quiet hours that end as they begin: leave them out")


def release(quiet: Quiet | None, priority: Priority, at: int) -> int:
    """When something due `at` (ms UTC) may be told: then, or when the quiet hours are over."""
    if quiet is None or priority == "high":
        return at
    zone = _zone(quiet.zone)
    here = datetime.fromtimestamp(at / 1000, UTC).astimezone(zone)
    begin, until = time.fromisoformat(quiet.begin), time.fromisoformat(quiet.until)
    if not _within(begin, until, here.time()):
        return at
    day = here.date() + timedelta(days=1 if here.time() >= until else 0)
    # On the night the clock goes back the same time comes twice, and `over` could lie before `at`.
    over = datetime.combine(day, until, zone)
    return max(at, round(over.timestamp() * 1000))


def _within(begin: time, until: time, now: time) -> bool:
    return begin <= now < until if begin < until else now >= begin or now < until


@lru_cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)
