"""What a wearer looked like at one moment, beside their own usual: pictures over hours are drawn from it."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from streams.records.common import Millis, Priority, Share


class Reading(Struct, frozen=True, gc=False):
    """One vital around one moment, in its own unit; what is not known is left out."""

    value: Annotated[float | None, Meta(description="median of the newest minutes; none = not usable")] = None
    usual: Annotated[float | None, Meta(description="the wearer's own, in this context at this hour")] = None
    low: Annotated[float | None, Meta(description="lower edge of the own usual, two spreads below")] = None
    high: float | None = None
    quality: Annotated[Share | None, Meta(description="share of usable samples in this minute")] = None
    cause: Annotated[str, Meta(description="why it is not usable")] = ""


class Trace(Struct, frozen=True, gc=False):
    """One moment of a wearer (topic `traces`, key = wearer), told every few minutes of event time."""

    wearer: str
    time: Annotated[Millis, Meta(description="start of the minute")]
    level: Annotated[
        Priority | Literal["none"], Meta(description="the gravest priority that is out for the wearer")
    ] = "none"
    context: Annotated[str, Meta(description="what the wearer was doing")] = "unknown"
    utc_offset: Annotated[int, Meta(description="minutes east of UTC where the wearer is")] = 0
    unusual: Annotated[Share | None, Meta(description="how unusual all vitals are together")] = None
    signals: dict[str, Reading] = {}
