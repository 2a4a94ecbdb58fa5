"""People who answer alerts: some of them, honestly, minutes to a day later."""

from __future__ import annotations

import heapq
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from streams.gateways.simulator import Episode
from streams.gateways.simulator.matching import true_alarm
from streams.records import Alert, Feedback

MINUTE = 60_000
SOONEST_MS, LATEST_MS = 3 * MINUTE, 24 * 60 * MINUTE
"""An answer comes so long after the alert; all magnitudes between are equally likely."""
_PARTS = 1 << 16


@dataclass(slots=True)
class Crowd:
    """Answers the share `share` of alerts above `info` that were told before `until` (ms, event time).

    Whether and when an alert is answered depends on its id alone; what is said, on the truth.
    """

    share: float
    until: int
    truth: defaultdict[str, list[Episode]]
    given: int = 0
    _waiting: list[tuple[int, str, Feedback]] = field(default_factory=list)
    _heard: set[str] = field(default_factory=set)

    def hear(self, alert: Alert, now: int) -> None:
        """Take an alert that came out at `now`; the first revision above `info` counts."""
        if alert.priority == "info" or alert.id in self._heard or now >= self.until:
            return
        self._heard.add(alert.id)
        chance, haste = divmod(zlib.crc32(alert.id.encode()), _PARTS)
        if chance >= self.share * _PARTS:
            return
        at = now + round(SOONEST_MS * (LATEST_MS / SOONEST_MS) ** (haste / _PARTS))
        right = true_alarm(self.truth[alert.wearer], alert)
        said = Feedback(
            f"answer-{alert.id}"[:64], alert.wearer, alert.id, "answer", at, useful=right, true_alarm=right
        )
        heapq.heappush(self._waiting, (at, alert.id, said))

    def due(self, now: int) -> Iterator[Feedback]:
        """Give the answers that have come by `now`, in order."""
        while self._waiting and self._waiting[0][0] <= now:
            self.given += 1
            yield heapq.heappop(self._waiting)[2]


def crowd(share: float, until: int, truth: Iterable[Episode]) -> Crowd:
    """Make a crowd that knows the truth."""
    lines: defaultdict[str, list[Episode]] = defaultdict(list)
    for episode in truth:
        lines[episode.wearer].append(episode)
    return Crowd(share, until, lines)
