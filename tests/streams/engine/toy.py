"""A small honest shard: counts and sums per key, raises an alert at every tenth record of a key.

It keeps the rules of `streams.engine.contracts`: guards by page, nothing consistent between `observe` and
`decide`. Whatever is handed over twice, left out or encoded in between shows in the sums.
"""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from models.wearer import Wearer
from streams.engine.contracts import DeadLetter, Effects, RawRecord
from streams.records import Alert, Rejection, Source

PAGES = 8
ALERT_EVERY = 10


@dataclass
class Page:
    guard: int = -1
    keys: dict[str, list[int]] = field(default_factory=dict)  # key: [observed, decided sum, control records]
    outbox: dict[str, Alert] = field(default_factory=dict)


@dataclass
class Work:
    last: int
    seen: list[tuple[RawRecord, int]] = field(default_factory=list)
    inferred: bool = False
    explained: bool = False
    effects: Effects = field(default_factory=Effects)


class ToyOwn:
    """Nothing but numbers is summed: no network to go over to."""

    founded = True
    outdated = False

    def switch(self, end: int) -> bool:
        return False

    def encode_lineups(self) -> tuple[bytes, bytes]:
        raise NotImplementedError

    def confirm(self, value: bytes) -> None:
        pass


class ToyShard:
    def __init__(self, partition: int, pages: Mapping[bytes, bytes]) -> None:
        self.partition = partition
        self.position = -1
        self.own = ToyOwn()
        self._pages: dict[int, Page] = {}
        self._dirty: set[int] = set()
        self._open = False
        for key, value in pages.items():
            name = key.partition(b"/")[2]
            if name == b"clock":
                self.position = stamp(value)
            else:
                data = json.loads(value[8:])
                outbox = {a: make_alert(a, partition, data["offsets"][a]) for a in data["outbox"]}
                self._pages[int(name)] = Page(stamp(value), data["keys"], outbox)

    @property
    def wearers(self) -> int:
        return sum(len(page.keys) for page in self._pages.values())

    @property
    def stream_time(self) -> int:
        return 0

    @property
    def oldest_heard(self) -> int:
        return 0

    def observe(self, records: Sequence[RawRecord]) -> Work:
        assert not self._open, "a chunk begins while another is open"
        self._open = True
        work = Work(records[-1].offset)
        for record in records:
            self._observe(record, work)
        return work

    def _observe(self, record: RawRecord, work: Work) -> None:
        key = record.key or b""
        number = zlib.crc32(key) % PAGES
        page = self._pages.setdefault(number, Page())
        if record.offset <= max(page.guard, self.position):
            return
        headers = dict(record.headers)
        state = page.keys.setdefault(key.decode(), [0, 0, 0])
        self._dirty.add(number)
        if "kind" in headers:
            state[2] += 1
        elif record.value is None or not record.value.isdigit():
            rejection = Rejection("bad_number", "not a number", "vitals", self.partition, record.offset)
            letter = DeadLetter(record.key, record.value, list(record.headers), rejection)
            work.effects.dead_letters.append(letter)
        else:
            state[0] += 1
            work.seen.append((record, state[0]))

    def decide(self, work: Work) -> bool:
        assert work.inferred and self._open
        for record, count in work.seen:
            key = (record.key or b"").decode()
            page = self._pages[zlib.crc32(key.encode()) % PAGES]
            page.keys[key][1] += int(record.value or b"0")
            if count % ALERT_EVERY == 0:
                name = f"{key}:{count}:{page.keys[key][1]}"
                page.outbox[name] = make_alert(name, self.partition, record.offset)
                work.effects.alerts.append((page.outbox[name], record.timestamp))
        work.effects.outcomes = {"scored": len(work.seen), "rejected": len(work.effects.dead_letters)}
        return bool(work.effects.alerts)

    @property
    def stored_bytes(self) -> int:
        return 0

    def crowds(self) -> Iterator[list[Wearer]]:
        return iter(())

    def answered(self) -> dict[str, tuple[int, float]]:
        return {}

    def explain(self, work: Work) -> None:
        work.explained = True

    def finish(self, work: Work) -> Effects:
        assert work.explained or not work.effects.alerts
        self.position = max(self.position, work.last)
        self._open = False
        return work.effects

    def pending(self) -> list[Alert]:
        return sorted(
            (a for p in self._pages.values() for a in p.outbox.values()), key=lambda a: a.source.offset
        )

    def settle(self, alerts: Iterable[Alert]) -> None:
        for alert in alerts:
            number = zlib.crc32(alert.wearer.encode()) % PAGES
            if self._pages[number].outbox.pop(alert.id, None) is not None:
                self._dirty.add(number)

    def dirty(self) -> list[bytes]:
        return [b"%d/%d" % (self.partition, number) for number in sorted(self._dirty)]

    def touch_all(self) -> None:
        self._dirty |= self._pages.keys()

    def encode(self, key: bytes) -> bytes:
        assert not self._open, "encoded in the middle of a chunk"
        number = int(key.partition(b"/")[2])
        self._dirty.discard(number)
        page = self._pages[number]
        offsets = {name: alert.source.offset for name, alert in page.outbox.items()}
        data = {"keys": page.keys, "outbox": list(page.outbox), "offsets": offsets}
        return stamped(max(self.position, page.guard), json.dumps(data).encode())

    def encode_clock(self) -> tuple[bytes, bytes]:
        assert not self._open
        return b"%d/clock" % self.partition, stamped(self.position, b"")


class ToyFactory:
    def __call__(self, partition: int, pages: Mapping[bytes, bytes]) -> ToyShard:
        return ToyShard(partition, pages)

    def infer(self, works: Sequence[Work]) -> None:
        for work in works:
            work.inferred = True

    def stamp(self, value: bytes) -> int:
        return stamp(value)


class TroubledShard(ToyShard):
    """Takes as long as networks would, so that queues fill; breaks at a number, as bugs do."""

    break_at: bytes = b""

    def _observe(self, record: RawRecord, work: Work) -> None:
        if record.value == self.break_at:
            1 / 0  # noqa: B018
        super()._observe(record, work)


@dataclass
class TroubledFactory(ToyFactory):
    pause_s: float = 0.0
    break_at: bytes = b""

    def __call__(self, partition: int, pages: Mapping[bytes, bytes]) -> ToyShard:
        shard = TroubledShard(partition, pages)
        shard.break_at = self.break_at
        return shard

    def infer(self, works: Sequence[Work]) -> None:
        time.sleep(self.pause_s)
        super().infer(works)


def stamped(position: int, body: bytes) -> bytes:
    return position.to_bytes(8, "big", signed=True) + body


def stamp(value: bytes) -> int:
    return int.from_bytes(value[:8], "big", signed=True)


def make_alert(name: str, partition: int, offset: int) -> Alert:
    return Alert(
        id=name,
        revision=1,
        wearer=name.split(":")[0],
        condition="anomaly",
        status="raised",
        priority="low",
        title="toy",
        onset=0,
        updated=0,
        source=Source("vitals", partition, offset),
    )
