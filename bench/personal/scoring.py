"""Packets through the scoring core of one partition, keeping what a study counts and no packets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
from msgspec.structs import replace

from bench.packets import Record
from streams.engine.contracts import Effects
from streams.engine.scoring.shard import ShardMaker, WearerShard
from streams.gateways.timed import Timed
from streams.records import Alert, Response

CHUNK = 64
Progress = Callable[[int], None]
"""Hears the event time that has been reached, ms."""


@dataclass(slots=True)
class Taken:
    """What came out of a run under one policy."""

    alerts: list[Alert] = field(default_factory=list)
    """Every revision, without contributions and advice."""
    responses: dict[tuple[str, str, str], Response] = field(default_factory=dict)
    """The last word on each treatment, by wearer, code and signal."""
    outcomes: dict[str, int] = field(default_factory=dict)
    risks: int = 0
    answers: int = 0

    def take(self, effects: Effects) -> None:
        """Keep what a chunk gave."""
        for alert, _ in effects.alerts:
            self.alerts.append(replace(alert, contributions=[], advice=[], models={}))
        for risk in effects.risks:
            self.risks += 1
            self.responses.update(((risk.wearer, r.code, r.signal), r) for r in risk.responses)
        for outcome, count in effects.outcomes.items():
            self.outcomes[outcome] = self.outcomes.get(outcome, 0) + count


class Log:
    """Records of one partition with the offsets and times that Kafka would give them."""

    def __init__(self) -> None:
        self._offset = 0
        self._encode = msgspec.json.Encoder().encode

    def packet(self, timed: Timed) -> Iterator[Record]:
        """Give a packet, behind the profile that it brings, if any."""
        if timed.profile is not None:
            yield self.control("profile", timed.wearer, timed.profile, timed.time)
        yield self._record(timed.wearer, timed.packet, timed.time, ())

    def control(self, kind: str, wearer: str, record: msgspec.Struct, time: int) -> Record:
        """Give a control record, as a worker copies it into the partition."""
        return self._record(wearer, record, time, [("kind", kind.encode())])

    def _record(
        self, wearer: str, record: msgspec.Struct, time: int, headers: Sequence[tuple[str, bytes]]
    ) -> Record:
        self._offset += 1
        return Record(wearer.encode(), self._encode(record), self._offset - 1, time, headers)


class Core:
    """Feeds one shard in the order of arrival."""

    def __init__(self, maker: ShardMaker, shard: WearerShard | None = None) -> None:
        self._maker, self._shard = maker, shard or maker(0, {})
        self.taken = Taken()

    def run(self, timed: Iterable[Timed], progress: Progress) -> Taken:
        """Take everything; gives what came out of it."""
        log = Log()
        records = ((record, packet.time) for packet in timed for record in log.packet(packet))
        for chunk, now in chunks(records):
            self._score(chunk)
            progress(now)
        return self.taken

    def _score(self, records: list[Record]) -> None:
        work = self._shard.observe(records)
        self._maker.infer([work])
        # Nobody reads the explanations here: they change nothing of an alert's life.
        self._shard.decide(work)
        effects = self._shard.finish(work)
        self._shard.settle([alert for alert, _ in effects.alerts])
        self.taken.take(effects)


def chunks(records: Iterable[tuple[Record, int]]) -> Iterator[tuple[list[Record], int]]:
    """Cut records, each with its time of arrival, into chunks; gives the time that each reaches."""
    batch: list[Record] = []
    now = 0
    for record, now in records:
        batch.append(record)
        if len(batch) == CHUNK:
            yield batch, now
            batch = []
    if batch:
        yield batch, now
