"""A record with the event time at which it reaches the gateway."""

from __future__ import annotations

from typing import NamedTuple

from streams.records import Profile, VitalsPacket


class Timed(NamedTuple):
    """A record and when it arrives (ms, event time). Sort by the first four fields."""

    time: int
    wearer: str
    device: str
    seq: int
    packet: VitalsPacket
    profile: Profile | None = None
    """What is known of the wearer, told before their first packet."""
