"""What devices send: packets, statements of time, and what became of records that can't be taken."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta, Struct

from streams.records.common import Millis, Name, Share

DeviceKind = Literal[
    "watch", "ring", "patch", "strap", "oximeter", "thermometer", "cuff", "cuffless", "cgm", "other"
]  # fmt: skip
Outcome = Literal["scored", "rejected", "late", "duplicate"]


class Column(Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """Samples of one signal: `values[i]` was measured at `start + i*step` or `start + offsets[i]`.

    Inter-beat intervals need neither: the first interval begins at `start` and each ends where the
    next begins.
    """

    start: Millis
    values: Annotated[list[float], Meta(min_length=1, max_length=100_000)]
    step: Annotated[int, Meta(ge=1, le=86_400_000, description="ms between samples")] | None = None
    offsets: Annotated[list[int], Meta(max_length=100_000, description="ms after start")] | None = None


class DeviceFacts(Struct, frozen=True, gc=False):
    """What a device says of itself."""

    kind: DeviceKind = "other"
    battery: Share | None = None
    contact: Annotated[bool, Meta(description="False: the sensor does not touch the skin")] | None = None
    firmware: Annotated[str, Meta(max_length=64)] | None = None


class VitalsPacket(Struct, frozen=True, gc=False):
    """What one device of one wearer syncs at once (topic `vitals`, key = wearer)."""

    wearer: Name
    device: Name
    seq: Annotated[int, Meta(ge=0, le=2**63 - 1)]
    signals: Annotated[dict[str, Column], Meta(min_length=1, max_length=32)]
    facts: DeviceFacts = DeviceFacts()
    utc_offset: Annotated[int, Meta(ge=-840, le=840, description="minutes east of UTC")] = 0


class Tick(Struct, frozen=True, gc=False):
    """A statement of the wall clock for one partition (topic `vitals`, header `kind: tick`)."""

    time: Millis


class Rejection(Struct, frozen=True, gc=False):
    """The headers of a dead letter; its value is the original record, byte for byte (`vitals.rejected`)."""

    reason: str
    detail: str
    topic: str
    partition: int
    offset: int
