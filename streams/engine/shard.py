"""The state of every wearer of one partition: the pure heart of a worker.

A chunk is observed whole, its networks run once, then it is decided in order. Pages guard themselves:
what a page has seen before its snapshot is skipped when records are handed over again, so a replay
after a crash leads to the same state and the same alerts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import numpy as np

from models import observe
from models.decide import Case, Setting, decide
from models.risk.evidence import Leeway
from models.view import Observation
from models.wearer import Wearer
from streams.engine.alarm import Alarm
from streams.engine.book import Book, Page
from streams.engine.contracts import DeadLetter, Effects, RawRecord
from streams.engine.metered import Runner
from streams.engine.pages import RIVER, SCHEMA, ClockData, Seal, Unreadable, clock_key, stamp_of
from streams.engine.work import Item, Work
from streams.intake.clock import StreamClock
from streams.intake.decode import Control, Intake, Refused, decode_control, decode_packet
from streams.records import Alert, Outcome, Profile, Rejection, Source, Tick
from streams.settings import Settings

LATE_PART = "late_signals"


class WearerShard:
    """Implements `streams.engine.contracts.Shard`."""

    def __init__(self, maker: ShardMaker, partition: int, stored: Mapping[bytes, bytes]) -> None:
        self._maker = maker
        self._settings = maker.settings
        self.partition = partition
        self.position = -1
        self.clock = StreamClock()
        self.book = Book(partition, maker.seal)
        self._alarm = Alarm(maker.settings.stale_s * 1000)
        self._load(stored)

    def _load(self, stored: Mapping[bytes, bytes]) -> None:
        own = clock_key(self.partition)
        if own in stored:
            try:
                self.position, data = self._maker.seal.open(own, stored[own], ClockData)
                self.clock = data.clock
            except Unreadable as unreadable:
                self._maker.on_cold_start(unreadable.reason)
        pages = {key: value for key, value in stored.items() if key != own}
        self.book.load(pages, self._maker.on_cold_start)
        for wearer in self.book.wearers():
            if not wearer.seen.silent:
                self._alarm.watch(wearer)

    # One chunk --------------------------------------------------------------------------------

    def observe(self, records: Sequence[RawRecord]) -> Work:
        """Decode, admit and observe a chunk; gives the work for `infer` and `decide`."""
        work = Work(records[-1].offset)
        for record in records:
            if record.offset > self.position:
                self._observe_one(record, work)
        return work

    def infer(self, work: Work) -> None:
        """Run the rhythm network on every window of the chunk. Touches only `work`."""
        if work.beats:
            windows = np.stack([window.intervals for window in work.beats])
            work.rhythm = self._maker.networks.run("rhythm", windows).tolist()

    def decide(self, work: Work) -> Effects:
        """Turn observations and network outputs into effects; moves `position`."""
        effects, taken = work.effects, 0
        for item in work.items:
            upto = taken + len(item.observation.beats)
            wearer = item.wearer
            case = Case(wearer.name, wearer.judged, item.source, item.now, item.leeway)
            for effect in decide(self._maker.setting, case, item.observation, work.rhythm[taken:upto]):
                if isinstance(effect, Alert):
                    item.page.outbox[effect.id, effect.revision] = effect
                    effects.alerts.append((effect, item.log_time))
                else:
                    effects.risks.append(effect)
            taken = upto
        self.position = max(self.position, work.last)
        return effects

    # One record -------------------------------------------------------------------------------

    def _observe_one(self, record: RawRecord, work: Work) -> None:
        key = record.key or b""
        page = self.book.page(key)
        new = record.offset > page.guard
        try:
            control = decode_control(record, self._settings.max_record_bytes)
            if control is not None:
                self._control(control, record, page, work, new)
                return
            intake = self._admit(record)
            self._ring(record, work)
            if new:
                self._count(page, work, self._take(record, intake, page, work))
        except Refused as refused:
            if new:
                outcome: Outcome = "late" if refused.reason == "late" else "rejected"
                self._count(page, work, outcome)
                work.effects.dead_letters.append(self._letter(record, refused.reason, refused.detail))
        if new:
            self.book.touch(key)

    def _admit(self, record: RawRecord) -> Intake:
        """Decode a packet and let it move the clock. Raises Refused."""
        intake = decode_packet(record, self._settings.max_record_bytes)
        ahead = self._settings.clock_ahead_s * 1000
        if self._settings.clock == "wall" and intake.last > record.timestamp + ahead:
            raise Refused("clock_ahead", "the device's clock is ahead of the broker's")
        if not self.clock.believe(intake.packet.wearer, intake.last, ahead, record.timestamp):
            raise Refused("clock_ahead", "the device's clock is ahead of the stream")
        return intake

    def _take(self, record: RawRecord, intake: Intake, page: Page, work: Work) -> Outcome:
        """Give a packet to its wearer. Raises Refused."""
        packet = intake.packet
        wearer = page.wearer(packet.wearer)
        seen = wearer.seen
        if not self._agreed(seen.consent):
            raise Refused("no_consent", "the wearer has not agreed")
        device = seen.device(packet.device)
        if device.repeated(packet.seq, intake.first):
            return "duplicate"
        if all(device.too_late(signal, times[-1]) for signal, (times, _) in intake.columns.items()):
            raise Refused("late", "its minutes are closed")
        returned, earlier = seen.silent, self.clock.time < seen.heard
        seen.silent, seen.utc_offset, seen.heard = False, packet.utc_offset, self.clock.time
        if returned or earlier:  # a clock that is not settled yet can go back
            self._alarm.watch(wearer)
        contact = packet.facts.contact is not False
        lateness = self._settings.lateness_s * 1000
        observation = observe.take(seen, device, intake.columns, intake.last, lateness, contact)
        observation.returned = returned
        self._queue(page, wearer, observation, record, work)
        if observation.late:
            letter = self._letter(record, LATE_PART, f"late: {', '.join(sorted(observation.late))}")
            work.effects.dead_letters.append(letter)
        return "scored"

    def _control(self, control: Control, record: RawRecord, page: Page, work: Work, new: bool) -> None:
        if isinstance(control, Tick):
            # Only workers that go by the wall make ticks; none may lead the log's own time.
            if self._settings.clock == "wall":
                self.clock.advance(min(control.time, record.timestamp))
                self._ring(record, work)
        elif isinstance(control, Profile) and new:
            if record.key != control.wearer.encode():
                raise Refused("key_mismatch", "the record's key is not the profile's wearer")
            wearer = page.wearer(control.wearer)
            wearer.seen.consent = control.consent.status
            wearer.seen.oxygen_scale, wearer.seen.on_oxygen = control.oxygen_scale, control.on_oxygen
            if not self._agreed(wearer.seen.consent):
                self._queue(page, wearer, observe.withdraw(wearer.seen), record, work)
            self.book.touch(control.wearer.encode())

    def _ring(self, record: RawRecord, work: Work) -> None:
        """Let every wearer fall silent whose time has come."""
        for wearer in self._alarm.due(self.clock.time):
            key = wearer.name.encode()
            page = self.book.page(key)
            if record.offset > page.guard:
                self.book.touch(key)
                self._queue(page, wearer, observe.fall_silent(wearer.seen), record, work)
            else:
                self._alarm.watch(wearer)

    def _queue(
        self, page: Page, wearer: Wearer, observation: Observation, record: RawRecord, work: Work
    ) -> None:
        if observation.empty:
            return
        source = Source(self._maker.topic, self.partition, record.offset)
        now, leeway = self.clock.time, Leeway(wearer.seen.oxygen_scale)
        work.items.append(Item(page, wearer, observation, source, now, leeway, record.timestamp))
        work.beats.extend(observation.beats)

    def _agreed(self, consent: str) -> bool:
        return consent == "given" or (consent == "unknown" and self._settings.consent == "optional")

    def _letter(self, record: RawRecord, reason: str, detail: str) -> DeadLetter:
        rejection = Rejection(reason, detail, self._maker.topic, self.partition, record.offset)
        # Whatever it was refused for: who has not agreed has not agreed to a dead letter either.
        key = record.key or b""
        wearer = self.book.page(key).wearers.get(key.decode("latin-1"))
        if not self._agreed(wearer.seen.consent if wearer else "unknown"):
            return DeadLetter(record.key, None, [], rejection)
        return DeadLetter(record.key, record.value, list(record.headers), rejection)

    @staticmethod
    def _count(page: Page, work: Work, outcome: Outcome) -> None:
        page.count(outcome)
        work.effects.outcomes[outcome] = work.effects.outcomes.get(outcome, 0) + 1

    # What the worker asks ---------------------------------------------------------------------

    @property
    def wearers(self) -> int:
        """How many wearers are live."""
        return len(self.book)

    @property
    def stream_time(self) -> int:
        """Newest believed event time, ms UTC; 0 before the first."""
        return self.clock.time

    @property
    def oldest_heard(self) -> int:
        """Stream time (ms UTC) before which no wearer that is not silent was last heard of."""
        return self._alarm.oldest(self.clock.time)

    def outcomes(self) -> dict[Outcome, int]:
        """Packets by outcome since the partition began."""
        return self.book.outcomes()

    def pending(self) -> list[Alert]:
        """Alerts that the sink has not taken yet, oldest first."""
        return self.book.pending()

    def settle(self, alerts: Iterable[Alert]) -> None:
        """The sink has taken these: they need not be kept any longer."""
        self.book.settle(alerts)

    def dirty(self) -> list[bytes]:
        """Keys of the pages that changed since they were encoded."""
        return self.book.dirty()

    def encode(self, key: bytes) -> bytes:
        """One page as authenticated bytes, stamped with `position`; it is clean from then on."""
        return self.book.encode(key, self.position)

    def encode_clock(self) -> tuple[bytes, bytes]:
        """Key and bytes of the partition's own page: position and stream time."""
        key = clock_key(self.partition)
        return key, self._maker.seal.write(key, self.position, ClockData(SCHEMA, RIVER, self.clock))


class ShardMaker:
    """Makes shards: implements `streams.engine.contracts.ShardFactory`."""

    def __init__(
        self,
        settings: Settings,
        seal: Seal,
        networks: Runner,
        setting: Setting,
        on_cold_start: Callable[[str], None] = lambda reason: None,
        topic: str = "vitals",
    ) -> None:
        self.settings = settings
        self.seal = seal
        self.networks = networks
        self.setting = setting
        self.on_cold_start = on_cold_start
        self.topic = topic

    def __call__(self, partition: int, pages: Mapping[bytes, bytes]) -> WearerShard:
        """A shard from its stored pages; a page that does not authenticate starts cold, counted."""
        return WearerShard(self, partition, pages)

    def stamp(self, value: bytes) -> int:
        """The position a page was stamped with, without decoding it; -1 when it can't be read."""
        return stamp_of(value)
