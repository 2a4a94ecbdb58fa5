"""All wearers as they are now, in memory: ranked by risk, found by name, and who changed since when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from msgspec import Struct

from exporters.history.openings import Openings
from exporters.history.packing import pack, unpack
from exporters.history.rows import LEVELS, Level, Row, furthest, strange, unusable
from streams.records import Alert, Trace

Sort = Literal["risk", "name"]
Sees = Callable[[str], bool]
"""Whether who asks may see this wearer."""

_MOST = 999.0


class Seen(Struct, gc=False):
    """What is held of a wearer: about half a kilobyte with six signals."""

    time: int = 0
    traced: int = 0
    level: Level = "none"
    body: bytes = b""
    """The newest trace, packed; empty before the first."""
    spreads: float = 0.0
    changed: int = 0
    stale: bool = False

    @property
    def rank(self) -> float:
        """Rises with level, then with the distance of the furthest signal from its usual."""
        return LEVELS.index(self.level) * (_MOST + 1) + self.spreads


class Overview:
    """One entry a wearer, fed in event order; used from one thread (the event loop).

    `version` rises with every change; `changed` gives the wearers whose row is newer than a version.
    """

    def __init__(self, stale_ms: int, keep_ms: int) -> None:
        self._stale_ms, self._keep_ms = stale_ms, keep_ms
        # In the order of change: who changed last stands last.
        self._seen: dict[str, Seen] = {}
        self._openings = Openings()
        self._ranked: tuple[int, list[str]] = (-1, [])
        self.version = 0
        self.newest = 0
        """Newest event time of all, ms; 0 before the first."""

    def __len__(self) -> int:
        return len(self._seen)

    def __contains__(self, wearer: str) -> bool:
        return wearer in self._seen

    def saw(self, trace: Trace, body: bytes | None = None) -> None:
        """A trace (and its packed body, where it is at hand); an older or known one changes nothing."""
        seen = self._seen.get(trace.wearer) or Seen()
        body = body or pack(trace)
        if trace.time < seen.traced or (trace.time, body) == (seen.traced, seen.body):
            return
        seen.traced, seen.body = trace.time, body
        seen.spreads = min(furthest(trace), _MOST)
        if trace.time >= seen.time:
            seen.time, seen.level = trace.time, trace.level
        self._touch(trace.wearer, seen)

    def judged(self, wearer: str, time: int, level: Level) -> None:
        """A risk record: it may know a change of level before the next trace does."""
        seen = self._seen.get(wearer) or Seen()
        if time < seen.time or (time, level) == (seen.time, seen.level):
            return
        seen.time, seen.level = time, level
        self._touch(wearer, seen)

    def took(self, alert: Alert) -> None:
        """A revision of an alert, in any order and as often as it comes."""
        if self._openings.took(alert):
            seen = self._seen.get(alert.wearer) or Seen(time=alert.updated)
            self._touch(alert.wearer, seen)

    def forget(self, wearer: str) -> None:
        """Drop all that is held of a wearer."""
        self._openings.forget(wearer)
        if self._seen.pop(wearer, None) is not None:
            self.version += 1

    def look(self) -> None:
        """Find who fell silent since the last look, and who is no longer kept; looks at every wearer."""
        oldest = self.newest - self._keep_ms
        for wearer in [name for name, seen in self._seen.items() if seen.time < oldest]:
            self.forget(wearer)
        for wearer, seen in [item for item in self._seen.items() if not item[1].stale]:
            if self._silent(seen):
                seen.stale = True
                self._mark(wearer, seen)

    def clear(self) -> None:
        """Forget everybody; the version goes on rising."""
        self._seen.clear()
        self._openings = Openings()
        self.newest = 0
        self.version += 1

    def row(self, wearer: str) -> Row | None:
        """The wearer's row; None for one who was never heard of."""
        seen = self._seen.get(wearer)
        return None if seen is None else self._row(wearer, seen)

    def trace(self, wearer: str) -> Trace | None:
        """The wearer's newest trace."""
        seen = self._seen.get(wearer)
        return unpack(wearer, seen.traced, seen.body) if seen and seen.body else None

    def page(
        self, sees: Sees, sort: Sort = "risk", search: str = "", offset: int = 0, limit: int = 100
    ) -> tuple[list[Row], int]:
        """Rows of those who may be seen and whose name begins so, and how many there are in all."""
        names = self._by_risk() if sort == "risk" else sorted(self._seen)
        found = [name for name in names if name.startswith(search) and sees(name)]
        rows = [self._row(name, self._seen[name]) for name in found[offset : offset + limit]]
        return rows, len(found)

    def changed(self, since: int, sees: Sees, limit: int) -> tuple[list[Row], int]:
        """Rows that changed after version `since`, oldest change first; the version that they reach.

        Where there are more than `limit`, ask again with that version.
        """
        names = [name for name in self._newer(since) if sees(name)][::-1][:limit]
        if len(names) < limit:
            return [self._row(name, self._seen[name]) for name in names], self.version
        return [self._row(name, self._seen[name]) for name in names], self._seen[names[-1]].changed

    def _newer(self, since: int) -> Iterator[str]:
        for name, seen in reversed(self._seen.items()):
            if seen.changed <= since:
                return
            yield name

    def _by_risk(self) -> list[str]:
        if self._ranked[0] != self.version:
            ranked = sorted(self._seen.items(), key=lambda pair: (-pair[1].rank, pair[0]))
            self._ranked = (self.version, [name for name, _ in ranked])
        return self._ranked[1]

    def _touch(self, wearer: str, seen: Seen) -> None:
        self._mark(wearer, seen)
        self.newest = max(self.newest, seen.time)
        seen.stale = self._silent(seen)

    def _mark(self, wearer: str, seen: Seen) -> None:
        self.version += 1
        seen.changed = self.version
        self._seen.pop(wearer, None)
        self._seen[wearer] = seen

    def _silent(self, seen: Seen) -> bool:
        return self.newest - seen.time > self._stale_ms

    def _row(self, wearer: str, seen: Seen) -> Row:
        alerts = self._openings.counts(wearer)
        if not seen.body:
            return Row(wearer, seen.time, seen.level, stale=self._silent(seen), alerts=alerts)
        trace = unpack(wearer, seen.traced, seen.body)
        return Row(
            wearer, seen.time, seen.level, trace.context, trace.unusual,
            strange(trace), unusable(trace), self._silent(seen), alerts,
        )  # fmt: skip
