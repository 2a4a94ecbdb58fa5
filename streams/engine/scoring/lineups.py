"""By which version of each network a record of a partition is judged, now and when it is read again.

The line-up is part of the partition's stored state. A record whose effects may have left the process is
judged by the same versions for ever, on whatever worker: so another line-up begins at an offset that
nobody has judged, and only when the broker has it.
"""

from __future__ import annotations

import msgspec

Lineup = dict[str, str]
"""Name to version of the networks that judge."""


class Lineups(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """Two line-ups and the offset that parts them."""

    current: Lineup
    since: int = 0
    """First offset that is judged by `current`; all before it are judged by `previous`."""
    previous: Lineup = {}

    def at(self, offset: int) -> Lineup:
        """The line-up that judges the record with this offset."""
        return self.current if offset >= self.since else self.previous

    def switched(self, wanted: Lineup, stored: int, frontier: int) -> Lineups | None:
        """The line-ups with `wanted` from `frontier` on; None where that can't be told by two of them.

        `stored` is the last offset that is never read again. `frontier` is an offset so large that
        nobody, also no worker before this one, has judged it or any later one.
        """
        if frontier <= self.since:
            return Lineups(wanted, frontier, self.previous)  # nobody has judged by `current` yet
        if stored + 1 >= self.since:
            return Lineups(wanted, frontier, self.current)  # nobody reads again what `previous` judged
        return None
