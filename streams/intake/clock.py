"""Stream time of one partition: how late it is where the data are, whatever the wall says.

Stream time is the newest event time believed. One device whose clock runs ahead must not drag every
wearer's time along, yet a fleet that comes back after a night must be believed. So a packet far ahead
is refused unless nothing speaks against it: its wearer is alone on the partition, or many packets far
ahead came in a row with none believed between them.
"""

from __future__ import annotations

import msgspec

SOLE = 16
"""Packets in a row from one wearer after which that wearer alone is the stream."""
UNCONTRADICTED = 10
"""Packets far ahead in a row, with none believed between them, after which they are believed. Where one
device in a hundred runs ahead, such a row comes once in 10^20 packets."""


class StreamClock(msgspec.Struct, array_like=True, gc=False):
    """Stream time and what it rests on; part of the checkpoint."""

    time: int = 0
    """Newest believed event time, ms UTC."""
    settled: bool = False
    """Two wearers, or one for long enough, agreed on the time."""
    speaker: str = ""
    """Wearer of the newest believed packet."""
    run: int = 0
    """Packets in a row from the speaker."""
    claims: int = 0
    """Packets far ahead since the last believed one."""

    def believe(self, wearer: str, time: int, ahead: int) -> bool:
        """Whether a packet that speaks up to `time` is believed; moves stream time if so (all ms)."""
        if not self.settled:
            self._settle(wearer, time, ahead)
        elif time > self.time + ahead and not self._uncontradicted(wearer):
            self.claims += 1
            return False
        elif time > self.time:
            self.time = time
        self.run = self.run + 1 if wearer == self.speaker else 1
        self.speaker = wearer
        self.claims = 0
        return True

    def advance(self, time: int) -> None:
        """Take a statement of the wall clock (ms UTC)."""
        self.time = max(self.time, time)
        self.settled = True

    def _settle(self, wearer: str, time: int, ahead: int) -> None:
        """Before the time is settled it follows the newest packet, back too."""
        near = abs(time - self.time) <= ahead
        another = bool(self.speaker) and wearer != self.speaker
        self.settled = (another and near) or self.run >= SOLE
        self.time = max(self.time, time) if near else time

    def _uncontradicted(self, wearer: str) -> bool:
        return self.claims >= UNCONTRADICTED or (wearer == self.speaker and self.run >= SOLE)
