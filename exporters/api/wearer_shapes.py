"""What requests about wearers hold and what their answers look like."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from exporters.api.positions import PATTERN
from exporters.history.rows import Row
from exporters.history.store import Marker
from streams.records import Alert, Millis, Risk, Trace

PAGE = 1000
"""Rows in one answer or event at most."""
POINTS = 5000
"""Points of a picture at most."""
DAY_MS = 86_400_000

Version = Annotated[str, Meta(pattern=PATTERN, description="a moment of the overview")]


class WearersQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Query of GET /wearers."""

    sort: Literal["risk", "name"] = "risk"
    search: Annotated[str, Meta(max_length=64, description="how the name begins")] = ""
    offset: Annotated[int, Meta(ge=0, le=10_000_000)] = 0
    limit: Annotated[int, Meta(ge=1, le=PAGE)] = 100


class SignalsQuery(Struct, frozen=True, forbid_unknown_fields=True, rename={"start": "from", "end": "to"}):
    """Query of GET /wearers/{wearer}/signals; left out means the last day, all signals."""

    start: Millis | None = None
    end: Millis | None = None
    signals: Annotated[str, Meta(max_length=400, description="names joined by commas")] = ""
    points: Annotated[int, Meta(ge=2, le=POINTS, description="at most so many moments")] = 600


class ChangesQuery(Struct, frozen=True, forbid_unknown_fields=True):
    """Query of GET /wearers/stream."""

    since: Annotated[
        Version | None, Meta(description="`version` of GET /wearers; left out = from now on")
    ] = None


class Wearers(Struct, frozen=True):
    """Answer of GET /wearers."""

    wearers: list[Row]
    total: Annotated[int, Meta(description="how many there are, on this page or not")]
    newest: Annotated[Millis | None, Meta(description="newest event time of all wearers")]
    version: Annotated[str, Meta(description="`since` of a stream that misses nothing after this")]


class Changes(Struct, frozen=True):
    """Data of a `heartbeat` of GET /wearers/stream."""

    time: Annotated[Millis, Meta(description="wall clock of the API")]
    newest: Annotated[Millis | None, Meta(description="newest event time of all wearers")]
    source: Annotated[Literal["up", "away"], Meta(description="away = Kafka is not being read")]


class OneWearer(Struct, frozen=True):
    """Answer of GET /wearers/{wearer}."""

    row: Row
    risk: Risk | None
    alerts: Annotated[list[Alert], Meta(description="those that are out, by onset")]
    trace: Trace | None


class Drawn(Struct, frozen=True):
    """One signal of a picture, as long as its `time`; null = not known there, and a line breaks."""

    unit: Annotated[str, Meta(description="as alerts tell it: UCUM, `ln ms` for the variability of beats")]
    name: str
    value: list[float | None]
    usual: list[float | None]
    low: list[float | None]
    high: list[float | None]
    cause: Annotated[list[str], Meta(description="why the value is not usable")]


class Picture(Struct, frozen=True):
    """Answer of GET /wearers/{wearer}/signals: times ascend, `points` at most."""

    time: list[Millis]
    context: list[str]
    signals: dict[str, Drawn]
    alerts: Annotated[list[Marker], Meta(description="those that were out at some moment of it")]
    first: Annotated[Millis | None, Meta(description="oldest moment that is kept of the wearer")]
    last: Millis | None
