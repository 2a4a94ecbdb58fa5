"""A replayed device: numbers its packets and keeps impossible values out."""

from __future__ import annotations

import re
from collections.abc import Iterable

from models.signals.catalogue import SIGNALS
from streams.gateways.timed import Timed
from streams.records import Column, DeviceFacts, DeviceKind, Profile, VitalsPacket

_FORBIDDEN = re.compile(r"[^A-Za-z0-9._:-]")


def pseudonym(dataset: str, record: str) -> str:
    """Give the wearer's name of a record: `ltafdb_rr-00`."""
    return _FORBIDDEN.sub("-", f"{dataset}-{record}")[:64]


def possible(signal: str, value: float) -> bool:
    """Whether intake would take this value."""
    limits = SIGNALS[signal]
    return limits.low <= value <= limits.high


class Device:
    """One device of one wearer."""

    def __init__(self, wearer: str, name: str, kind: DeviceKind, utc_offset: int = 0) -> None:
        self._wearer = wearer
        self._name = f"{wearer[: 63 - len(name)]}-{name}"
        self._facts = DeviceFacts(kind)
        self._offset = utc_offset
        self._seq = 0

    def packet(self, arrives: int, signals: dict[str, Column], profile: Profile | None = None) -> Timed:
        """Give the device's next packet, which arrives at `arrives` (ms)."""
        packet = VitalsPacket(self._wearer, self._name, self._seq, signals, self._facts, self._offset)
        self._seq += 1
        return Timed(arrives, self._wearer, self._name, packet.seq, packet, profile)

    def readings(
        self, at: int, values: Iterable[tuple[str, float]], profile: Profile | None = None
    ) -> list[Timed]:
        """Give a packet of single readings taken at `at`, or none when no value is possible."""
        signals = {name: Column(at, [value]) for name, value in values if possible(name, value)}
        return [self.packet(at, signals, profile)] if signals else []
