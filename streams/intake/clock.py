"""Stream time of one partition: how late it is where the data are, whatever the wall says.

Stream time is the newest event time believed. One device whose clock runs ahead must not drag every
wearer's time along, however many packets it syncs, yet a fleet that comes back after a night must be
believed. So a packet far ahead is refused unless nothing speaks against it: nobody but its wearer was
heard for an hour of stream time, or others far ahead agree, or nobody else has spoken for a while.
"""

from __future__ import annotations

import msgspec

SOLE = 16
"""Packets in a row from one wearer that settle the time at the beginning."""
ALONE_MS = 3_600_000
"""Stream time without any other wearer after which a wearer alone is the stream."""
CLAIMS = 10
"""Packets far ahead in a row, with none believed between them, before they can be believed: when they are of
two wearers at least, or when they have been coming for `PATIENCE_MS`."""
PATIENCE_MS = 600_000
"""Log time (ms) of uncontradicted claims after which one wearer's are believed."""


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
    others: int = 0
    """Stream time at which a wearer other than the speaker was last believed; 0 = never."""
    claims: int = 0
    """Packets far ahead since the last believed one."""
    claimant: str = ""
    """Wearer of the first of them, and whether all are of that wearer."""
    agreed: bool = False
    """Claims came from more than one wearer."""
    since: int = 0
    """Log time (ms) of the first claim."""

    def believe(self, wearer: str, time: int, ahead: int, log_time: int) -> bool:
        """Whether a packet that speaks up to `time` is believed; moves stream time if so (all ms)."""
        if not self.settled:
            self._settle(wearer, time, ahead)
        elif time > self.time + ahead and not self._uncontradicted(wearer, log_time):
            self._note_claim(wearer, log_time)
            return False
        elif time > self.time:
            self.time = time
        if wearer != self.speaker:
            self.others = self.time if self.speaker else 0
        self.run = self.run + 1 if wearer == self.speaker else 1
        self.speaker = wearer
        self.claims, self.claimant, self.agreed = 0, "", False
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

    def _note_claim(self, wearer: str, log_time: int) -> None:
        if not self.claims:
            self.claimant, self.since = wearer, log_time
        self.claims += 1
        self.agreed = self.agreed or wearer != self.claimant

    def _uncontradicted(self, wearer: str, log_time: int) -> bool:
        if wearer == self.speaker and (not self.others or self.time - self.others > ALONE_MS):
            return True
        return self.claims >= CLAIMS and (self.agreed or log_time - self.since >= PATIENCE_MS)
