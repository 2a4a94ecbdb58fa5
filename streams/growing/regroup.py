"""Pages for another number of partitions: each wearer's state as it is, at its new place.

Pure. The old partitions are judged to their ends, so nothing of a log will be read by old and new
pages both: every offset in a page but its stamp belongs to the past.

What belongs to a partition rather than to a wearer is pooled, the same for all new partitions: stream
time is the latest (a wearer must not see time go back), and what answers taught is all that they taught.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from models.usefulness.pooling import pooled
from streams.engine.scoring.lineups import Lineups
from streams.engine.state.pages import RIVER, SCHEMA, ClockData, Seal, clock_key, page_key
from streams.intake.clock import StreamClock
from streams.records import Alert, Outcome

Place = Callable[[bytes], int]
"""Gives a record key's partition."""


class RawPage(msgspec.Struct, array_like=True, gc=False):
    """A page whose wearers are moved and not looked at; see `streams.engine.state.pages.PageData`."""

    schema: int
    river: str
    outcomes: dict[Outcome, int] = {}
    wearers: dict[str, msgspec.Raw] = {}
    outbox: list[Alert] = []
    lessons: list[msgspec.Raw] = []


def regroup(
    seal: Seal, number: int, stored: Mapping[int, bytes], place: Place, stamps: Sequence[int]
) -> dict[int, bytes]:
    """Page `number` of every new partition that has something in it, from that page of old ones.

    A wearer's page number is the same in every partition. `stored` is by old partition; `stamps` are the
    new partitions' positions. What a page counted stays with its partition's number; lessons are left
    out: the old partitions' own pages have learnt them. Raises Unreadable.
    """
    found: dict[int, RawPage] = {}
    for partition, value in sorted(stored.items()):
        page = seal.open(page_key(partition, number), value, RawPage)[1]
        if page.outcomes:
            _add(_page(found, partition).outcomes, page.outcomes)
        for wearer, state in page.wearers.items():
            _page(found, place(wearer.encode())).wearers[wearer] = state
        for alert in page.outbox:
            _page(found, place(alert.wearer.encode())).outbox.append(alert)
    return {
        partition: seal.write(page_key(partition, number), stamps[partition], page)
        for partition, page in found.items()
    }


def pool(seal: Seal, stored: Mapping[int, bytes], stamps: Sequence[int]) -> dict[int, bytes]:
    """The own page of every new partition, from those of the old ones; none from none. Raises Unreadable."""
    own = [seal.open(clock_key(number), value, ClockData)[1] for number, value in sorted(stored.items())]
    if not own:
        return {}
    # Nothing is read again, so what judged before need not be known; the newest line-up judges on.
    lineups = Lineups(dict(max(own, key=lambda page: page.clock.time).lineups.current))
    data = ClockData(
        SCHEMA, RIVER, latest([page.clock for page in own]), lineups, pooled([page.cohorts for page in own])
    )
    return {number: seal.write(clock_key(number), stamp, data) for number, stamp in enumerate(stamps)}


def latest(clocks: Sequence[StreamClock]) -> StreamClock:
    """The clock of partitions that become one: the latest that is settled; claims begin anew."""
    settled = [clock for clock in clocks if clock.settled] or list(clocks)
    clock = max(settled, key=lambda clock: clock.time)
    others = [one.time for one in settled if one.speaker != clock.speaker]
    return StreamClock(clock.time, clock.settled, clock.speaker, clock.run, max([clock.others, *others]))


def _page(found: dict[int, RawPage], partition: int) -> RawPage:
    if partition not in found:
        found[partition] = RawPage(SCHEMA, RIVER, {}, {}, [], [])
    return found[partition]


def _add(total: dict[Outcome, int], more: Mapping[Outcome, int]) -> None:
    for outcome, count in more.items():
        total[outcome] = total.get(outcome, 0) + count
