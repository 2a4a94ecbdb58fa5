"""What records have in common: names, times, shares, and the words of the field."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

Name = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._:-]+(?!\n)$")]
Millis = Annotated[int, Meta(ge=0, le=4_102_444_800_000, description="ms since 1970-01-01 UTC")]
Share = Annotated[float, Meta(ge=0, le=1)]

Priority = Literal["high", "medium", "low", "info"]
Condition = Literal[
    "rhythm", "deterioration", "anomaly", "desaturation", "fever", "resting_heart_rate", "blood_pressure",
    "shock", "glucose", "glucose_forecast", "illness", "treatment", "long_term_risk", "sensor_drift",
    "collect_again", "stale_data",
]  # fmt: skip
JSON = "application/json"
MSGPACK = "application/msgpack"


class Source(Struct, frozen=True, gc=False):
    """The Kafka record whose arrival made this revision."""

    topic: str
    partition: int
    offset: int
