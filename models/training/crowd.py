"""Many wearers at once, their packets admitted and their silence noticed as in a partition of the stream.

A packet of a clock that runs ahead is refused, one sent again or wholly late passed over; and who is not
heard of for half an hour falls silent, which closes minutes that would stay open otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator

from models.observe import fall_silent, take
from models.signals.columns import columns_of
from models.view import View
from models.wearer import Wearer
from streams.engine.scoring.alarm import Alarm
from streams.gateways.timed import Timed
from streams.intake.clock import StreamClock
from streams.settings import Settings


class Crowd:
    """Wearers by name, met when they are first heard of; settings are the stream's own."""

    def __init__(self) -> None:
        settings = Settings.model_construct()  # as it ships, whatever the environment says
        self._ahead, self._lateness = settings.clock_ahead_s * 1000, settings.lateness_s * 1000
        self._clock, self._alarm = StreamClock(), Alarm(settings.stale_s * 1000)
        self._wearers: dict[str, Wearer] = {}

    def views(self, timed: Timed) -> Iterator[tuple[str, View]]:
        """The minutes that this packet closes, of its wearer and of those who fell silent before."""
        packet = timed.packet
        columns, first, last = columns_of(packet)
        if not self._clock.believe(timed.wearer, last, self._ahead, timed.time):
            return
        for silent in self._alarm.due(self._clock.time):
            yield from ((silent.name, view) for view in fall_silent(silent.seen).views)
        wearer = self._wearers.setdefault(timed.wearer, Wearer(timed.wearer))
        seen = wearer.seen
        device = seen.device(packet.device)
        late = all(device.too_late(signal, times[-1]) for signal, (times, _) in columns.items())
        if device.repeated(packet.seq, first) or late:
            return
        watch = seen.silent or self._clock.time < seen.heard
        seen.silent, seen.utc_offset, seen.heard = False, packet.utc_offset, self._clock.time
        if watch:
            self._alarm.watch(wearer)
        contact = packet.facts.contact is not False
        for view in take(seen, device, columns, last, self._lateness, contact).views:
            yield timed.wearer, view

    def leave(self) -> Iterator[tuple[str, View]]:
        """The minutes that close when nothing more comes from anyone."""
        for wearer in self._wearers.values():
            yield from ((wearer.name, view) for view in fall_silent(wearer.seen).views)
