"""What befalls packets before they reach Kafka. Each tamper is a function of packets and chance alone."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import msgspec

from streams.chaos.load import Raw, Tamper, straight
from streams.chaos.scene import Inject, Scene
from streams.records import VitalsPacket

HOUR_MS = 3_600_000
DAYS_MS = 3 * 24 * HOUR_MS
MEGABYTE = 1024 * 1024


class Messy:
    """Sends some packets twice, some out of order, some much too late."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._sent = 0
        self._held: list[tuple[int, int, Raw]] = []

    def __call__(self, packet: VitalsPacket) -> Iterator[Raw]:
        """A packet as it comes, and those that were held back until now."""
        self._sent += 1
        [raw] = straight(packet)
        luck = self._chance.random()
        if luck < 0.2:
            self._hold(raw, self._chance.randrange(2, 2000))
        if not 0.1 < luck < 0.2:
            yield raw
        if luck > 0.95:
            yield raw
        while self._held and self._held[0][0] <= self._sent:
            yield heapq.heappop(self._held)[2]

    def rest(self) -> Iterator[Raw]:
        """What is still held back."""
        while self._held:
            yield heapq.heappop(self._held)[2]

    def _hold(self, raw: Raw, packets: int) -> None:
        heapq.heappush(self._held, (self._sent + packets, self._sent, raw))


class Clocks:
    """Moves the clocks of some devices, back and forth."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._ahead: dict[str, int] = {}

    def __call__(self, packet: VitalsPacket) -> Iterator[Raw]:
        """A packet by its device's clock."""
        if packet.device not in self._ahead or self._chance.random() < 0.02:
            self._ahead[packet.device] = self._jump()
        ahead = self._ahead[packet.device]
        columns = {
            name: msgspec.structs.replace(column, start=max(0, column.start + ahead))
            for name, column in packet.signals.items()
        }
        yield from straight(msgspec.structs.replace(packet, signals=columns))

    def _jump(self) -> int:
        """Most are right; others are minutes or days off, ms."""
        luck = self._chance.random()
        if luck < 0.6:
            return 0
        most = DAYS_MS if luck < 0.7 else HOUR_MS
        return self._chance.randint(-most, most)


class Poison:
    """Lets records in between that can't be decoded."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance

    def __call__(self, packet: VitalsPacket) -> Iterator[Raw]:
        """A packet, and now and then one that nobody can read."""
        [raw] = straight(packet)
        yield raw
        if self._chance.random() < 0.1:
            yield self._spoilt(raw)

    def _spoilt(self, raw: Raw) -> Raw:
        key, value = raw
        assert value is not None
        chance = self._chance
        ways: list[Callable[[], Raw]] = [
            lambda: (key, value[: chance.randrange(len(value))]),
            lambda: (key, chance.randbytes(chance.randrange(1, 2000))),
            lambda: (key, b"[" * 5000),
            lambda: (key, b""),
            lambda: (key, None),
            lambda: (b"somebody else", value),
            lambda: (chance.randbytes(8), value),
            lambda: (key, b'{"wearer": "\xff\xfe"}'),
            lambda: (key, value.replace(b'"start":', b'"start":-')),
            lambda: (key, value + b" " * MEGABYTE),
        ]
        return chance.choice(ways)()


@contextmanager
def tampered(scene: Scene, tamper: Tamper, rest: Callable[[], Iterable[Raw]] = tuple) -> Iterator[None]:
    """Packets are tampered with meanwhile; what is held back at the end comes then."""
    scene.load.tamper = tamper
    try:
        yield
    finally:
        scene.load.tamper = _first(rest)


def _first(rest: Callable[[], Iterable[Raw]]) -> Tamper:
    def tamper(packet: VitalsPacket) -> Iterator[Raw]:
        yield from rest()
        yield from straight(packet)

    return tamper


@contextmanager
def messy(scene: Scene, chance: random.Random) -> Iterator[None]:
    """Packets come twice, out of order and late."""
    made = Messy(chance)
    with tampered(scene, made, made.rest):
        yield


@contextmanager
def device_clocks(scene: Scene, chance: random.Random) -> Iterator[None]:
    """Clocks of devices jump."""
    with tampered(scene, Clocks(chance)):
        yield


@contextmanager
def poison(scene: Scene, chance: random.Random) -> Iterator[None]:
    """Records come that nobody can read."""
    with tampered(scene, Poison(chance)):
        yield


FAULTS: dict[str, Inject] = {
    "device-clock-jumps": device_clocks,
    "messy-packets": messy,
    "poison": poison,
}
