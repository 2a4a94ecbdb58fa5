"""The state of every wearer of one partition: the pure heart of a worker.

A chunk is observed whole, its networks run once, then it is decided in order. Pages guard themselves:
what a page has seen before its snapshot is skipped when records are handed over again, so a replay
after a crash leads to the same state and the same alerts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from models import observe
from models.decide import Case, Setting, decide
from models.deep.networks import Networks
from models.risk.evidence import Leeway
from models.signals.beats import BeatWindow
from models.view import Observation
from models.wearer import Device, Wearer, dump, load
from streams.engine.alarm import Alarm
from streams.engine.contracts import DeadLetter, Effects, RawRecord
from streams.engine.pages import (
    RIVER, SCHEMA, ClockData, PageData, Seal, Unreadable, clock_key, page_key, page_of, stamp_of,
)  # fmt: skip
from streams.intake.clock import StreamClock
from streams.intake.decode import Control, Intake, Refused, decode_control, decode_packet
from streams.records import Alert, Outcome, Profile, Rejection, Source, Tick
from streams.settings import Settings

LATE_PART = "late_signals"


@dataclass(slots=True)
class Page:
    """Wearers whose state is stored together."""

    guard: int = -1
    """Offset up to which this page had seen all when it was stored."""
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    wearers: dict[str, Wearer] = field(default_factory=dict)
    outbox: dict[tuple[str, int], Alert] = field(default_factory=dict)


@dataclass(slots=True)
class Item:
    """One observed record that waits to be decided."""

    page: int
    wearer: Wearer
    observation: Observation
    source: Source
    now: int
    log_time: int


@dataclass(slots=True)
class Work:
    """One chunk on its way."""

    last: int
    items: list[Item] = field(default_factory=list)
    beats: list[BeatWindow] = field(default_factory=list)
    rhythm: Sequence[float] = ()
    effects: Effects = field(default_factory=Effects)


class WearerShard:
    """Implements `streams.engine.contracts.Shard`."""

    def __init__(self, factory: ShardMaker, partition: int, stored: Mapping[bytes, bytes]) -> None:
        self._factory = factory
        self.partition = partition
        self.position = -1
        self.clock = StreamClock()
        self._pages: dict[int, Page] = {}
        self._dirty: set[int] = set()
        self._alarm = Alarm(factory.settings.stale_s * 1000)
        self._load(stored)

    # Recovery ---------------------------------------------------------------------------------

    def _load(self, stored: Mapping[bytes, bytes]) -> None:
        for key, value in stored.items():
            try:
                if key == clock_key(self.partition):
                    self.position, data = self._factory.seal.open(key, value, ClockData)
                    self.clock = data.clock
                else:
                    self._load_page(key, value)
            except Unreadable as unreadable:
                self._factory.on_cold_start(unreadable.reason)

    def _load_page(self, key: bytes, value: bytes) -> None:
        stamp, data = self._factory.seal.open(key, value, PageData)
        page = Page(
            stamp, data.outcomes, {name: load(name, snapshot) for name, snapshot in data.wearers.items()}
        )
        page.outbox = {(alert.id, alert.revision): alert for alert in data.outbox}
        self._pages[int(key.partition(b"/")[2])] = page
        for wearer in page.wearers.values():
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
            work.rhythm = self._factory.networks.run("rhythm", windows).tolist()

    def decide(self, work: Work) -> Effects:
        """Turn observations and network outputs into effects; moves `position`."""
        effects, taken = work.effects, 0
        setting = self._factory.setting
        for item in work.items:
            count = len(item.observation.beats)
            seen = item.wearer.seen
            case = Case(
                item.wearer.name, item.wearer.judged, item.source, item.now, Leeway(seen.oxygen_scale)
            )
            told = decide(setting, case, item.observation, work.rhythm[taken : taken + count])
            taken += count
            for effect in told:
                if isinstance(effect, Alert):
                    self._pages[item.page].outbox[effect.id, effect.revision] = effect
                    effects.alerts.append((effect, item.log_time))
                else:
                    effects.risks.append(effect)
        self.position = max(self.position, work.last)
        return effects

    def _observe_one(self, record: RawRecord, work: Work) -> None:
        number = page_of(record.key or b"")
        page = self._pages.get(number)
        if page is None:
            page = self._pages[number] = Page()
        new = record.offset > page.guard
        try:
            control = decode_control(record, self._factory.settings.max_record_bytes)
            if control is not None:
                self._control(control, record, number, work, new)
                return
            intake = self._admit(record)
            self._ring(record, work)
            if new:
                self._dirty.add(number)
                self._count(page, work, self._take(record, intake, number, work))
        except Refused as refused:
            if new:
                self._dirty.add(number)
                self._refuse(page, record, refused, work)

    def _admit(self, record: RawRecord) -> Intake:
        """Decode a packet and let it move the clock. Raises Refused."""
        settings = self._factory.settings
        intake = decode_packet(record, settings.max_record_bytes)
        ahead = settings.clock_ahead_s * 1000
        if settings.clock == "wall" and intake.last > record.timestamp + ahead:
            raise Refused("clock_ahead", "the device's clock is ahead of the broker's")
        if not self.clock.believe(intake.packet.wearer, intake.last, ahead):
            raise Refused("clock_ahead", "the device's clock is ahead of the stream")
        return intake

    def _take(self, record: RawRecord, intake: Intake, number: int, work: Work) -> Outcome:
        """Give a packet to its wearer. Raises Refused."""
        packet = intake.packet
        wearer = self._wearer(number, packet.wearer)
        seen = wearer.seen
        self._check_consent(seen.consent)
        device = seen.devices.get(packet.device)
        if device is None:
            device = seen.devices[packet.device] = Device()
        if device.repeated(packet.seq, intake.first):
            return "duplicate"
        if all(_too_late(device, signal, times[-1]) for signal, (times, _) in intake.columns.items()):
            raise Refused("late", "its minutes are closed")
        seen.utc_offset = packet.utc_offset
        returned, seen.silent, seen.heard = seen.silent, False, self.clock.time
        if returned:
            self._alarm.watch(wearer)
        observation = observe.take(
            seen, device, intake.columns, intake.last, self._factory.settings.lateness_s * 1000,
            packet.facts.contact is not False,
        )  # fmt: skip
        observation.returned = returned
        self._queue(number, wearer, observation, record, work)
        if observation.late:
            detail = f"late: {', '.join(sorted(observation.late))}"
            work.effects.dead_letters.append(self._letter(record, LATE_PART, detail))
        return "scored"

    def _control(self, control: Control, record: RawRecord, number: int, work: Work, new: bool) -> None:
        if isinstance(control, Tick):
            self.clock.advance(control.time)
            self._ring(record, work)
        elif isinstance(control, Profile) and new:
            if record.key != control.wearer.encode():
                raise Refused("key_mismatch", "the record's key is not the profile's wearer")
            seen = self._wearer(number, control.wearer).seen
            seen.consent = control.consent.status
            seen.oxygen_scale, seen.on_oxygen = control.oxygen_scale, control.on_oxygen
            self._dirty.add(number)

    def _ring(self, record: RawRecord, work: Work) -> None:
        """Let every wearer fall silent whose time has come."""
        for wearer in self._alarm.due(self.clock.time):
            number = page_of(wearer.name.encode())
            if record.offset > self._pages[number].guard:
                self._dirty.add(number)
                self._queue(number, wearer, observe.fall_silent(wearer.seen), record, work)

    def _queue(
        self, number: int, wearer: Wearer, observation: Observation, record: RawRecord, work: Work
    ) -> None:
        if not (observation.views or observation.beats or observation.returned or observation.silent_since):
            return
        source = Source(self._factory.topic, self.partition, record.offset)
        work.items.append(Item(number, wearer, observation, source, self.clock.time, record.timestamp))
        work.beats.extend(observation.beats)

    def _wearer(self, number: int, name: str) -> Wearer:
        wearers = self._pages[number].wearers
        wearer = wearers.get(name)
        if wearer is None:
            wearer = wearers[name] = Wearer(name)
        return wearer

    def _check_consent(self, consent: str) -> None:
        required = self._factory.settings.consent == "required"
        if consent == "refused" or (required and consent != "given"):
            raise Refused("no_consent", "the wearer has not agreed")

    def _refuse(self, page: Page, record: RawRecord, refused: Refused, work: Work) -> None:
        self._count(page, work, "late" if refused.reason == "late" else "rejected")
        work.effects.dead_letters.append(self._letter(record, refused.reason, refused.detail))

    def _letter(self, record: RawRecord, reason: str, detail: str) -> DeadLetter:
        rejection = Rejection(reason, detail, self._factory.topic, self.partition, record.offset)
        value = None if reason == "no_consent" else record.value
        return DeadLetter(record.key, value, list(record.headers), rejection)

    @staticmethod
    def _count(page: Page, work: Work, outcome: Outcome) -> None:
        page.outcomes[outcome] = page.outcomes.get(outcome, 0) + 1
        work.effects.outcomes[outcome] = work.effects.outcomes.get(outcome, 0) + 1

    # What the worker asks ---------------------------------------------------------------------

    @property
    def wearers(self) -> int:
        """How many wearers are live."""
        return sum(len(page.wearers) for page in self._pages.values())

    def outcomes(self) -> dict[Outcome, int]:
        """Records by outcome since the partition began."""
        total: dict[Outcome, int] = {}
        for page in self._pages.values():
            for outcome, count in page.outcomes.items():
                total[outcome] = total.get(outcome, 0) + count
        return total

    def pending(self) -> list[Alert]:
        """Alerts that the sink has not taken yet, oldest first."""
        waiting = [alert for page in self._pages.values() for alert in page.outbox.values()]
        return sorted(waiting, key=lambda alert: alert.source.offset)

    def settle(self, alerts: Iterable[Alert]) -> None:
        """The sink has taken these: they need not be kept any longer."""
        for alert in alerts:
            number = page_of(alert.wearer.encode())
            page = self._pages.get(number)
            if page is not None and page.outbox.pop((alert.id, alert.revision), None) is not None:
                self._dirty.add(number)

    def dirty(self) -> list[bytes]:
        """Keys of the pages that changed since they were encoded."""
        return [page_key(self.partition, number) for number in sorted(self._dirty)]

    def encode(self, key: bytes) -> bytes:
        """One page as authenticated bytes, stamped with `position`; it is clean from then on."""
        number = int(key.partition(b"/")[2])
        page = self._pages[number]
        data = PageData(
            SCHEMA, RIVER, page.outcomes,
            {name: dump(wearer) for name, wearer in page.wearers.items()}, list(page.outbox.values()),
        )  # fmt: skip
        # A page that is ahead of the others after a recovery stays ahead until they have caught up.
        stamp = max(self.position, page.guard)
        self._dirty.discard(number)
        return self._factory.seal.write(key, stamp, data)

    def encode_clock(self) -> tuple[bytes, bytes]:
        """Key and bytes of the partition's own page: position and stream time."""
        key = clock_key(self.partition)
        return key, self._factory.seal.write(key, self.position, ClockData(SCHEMA, RIVER, self.clock))


class ShardMaker:
    """Makes shards: implements `streams.engine.contracts.ShardFactory`."""

    def __init__(
        self,
        settings: Settings,
        seal: Seal,
        networks: Networks,
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


def _too_late(device: Device, signal: str, newest: int) -> bool:
    track = device.tracks.get(signal)
    return track is not None and newest < track.closed
