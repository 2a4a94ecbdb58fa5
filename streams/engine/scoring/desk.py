"""Takes in one record after the other: decodes it, admits it, and lets its wearer observe it."""

from __future__ import annotations

from collections.abc import Callable

from models import observe
from models.online.progressive import Progress
from models.risk.evidence import Leeway
from models.usefulness.situating import cohort
from models.view import Observation
from models.wearer import Wearer
from streams.engine.contracts import DeadLetter, RawRecord
from streams.engine.scoring.alarm import Alarm
from streams.engine.scoring.book import Book, Page
from streams.engine.scoring.lineups import Lineup
from streams.engine.scoring.nudges import Nudges
from streams.engine.scoring.work import Item, Work
from streams.engine.watching.ends import describe
from streams.intake.clock import StreamClock
from streams.intake.decode import Control, Forget, Intake, Refused, decode_control, decode_packet
from streams.logs import get_log
from streams.records import Feedback, Outcome, Profile, Rejection, Source, Tick
from streams.settings import Settings

log = get_log(__name__)

LATE_PART = "late_signals"


class Desk:
    """Where the records of one partition come in."""

    def __init__(
        self,
        settings: Settings,
        topic: str,
        partition: int,
        clock: StreamClock,
        book: Book,
        alarm: Alarm,
        nudges: Nudges,
        lineup_at: Callable[[int], Lineup],
        shadowed: Callable[[str], bool],
    ) -> None:
        """`lineup_at(offset)` judges a record; `shadowed(network)` tells whether shadows score beside."""
        self._settings, self._topic, self._partition = settings, topic, partition
        self._clock, self._book, self._alarm, self._nudges = clock, book, alarm, nudges
        self._lineup_at, self._shadowed = lineup_at, shadowed

    def take(self, record: RawRecord, work: Work) -> None:
        """Decode, admit and observe one record; what is not to be scored becomes a dead letter."""
        key = record.key or b""
        page = self._book.page(key)
        new = record.offset > page.guard
        try:
            control = decode_control(record, self._settings.max_record_bytes)
            if control is not None:
                self._control(control, record, page, work, new)
                return
            intake = self._admit(record)
            self._ring(record, work)
            if new:
                self._count(page, work, self._packet(record, intake, page, work))
        except Refused as refused:
            self._refuse(record, refused, page, work, new)
        except Exception as error:  # one record that nobody foresaw must not end the worker for ever
            log.error(
                "a record can't be scored",
                partition=self._partition,
                offset=record.offset,
                error=describe(error),
            )
            self._refuse(
                record, Refused("failed", f"scoring it raised {type(error).__name__}"), page, work, new
            )
        if new:
            self._book.touch(key)

    def _refuse(self, record: RawRecord, refused: Refused, page: Page, work: Work, new: bool) -> None:
        if new:
            self._count(page, work, "late" if refused.reason == "late" else "rejected")
            work.effects.dead_letters.append(self._letter(record, refused.reason, refused.detail))

    def _admit(self, record: RawRecord) -> Intake:
        """Decode a packet and let it move the clock. Raises Refused."""
        intake = decode_packet(record, self._settings.max_record_bytes)
        ahead = self._settings.clock_ahead_s * 1000
        if self._settings.clock == "wall" and intake.last > record.timestamp + ahead:
            raise Refused("clock_ahead", "the device's clock is ahead of the broker's")
        if not self._clock.believe(intake.packet.wearer, intake.last, ahead, record.timestamp):
            raise Refused("clock_ahead", "the device's clock is ahead of the stream")
        return intake

    def _packet(self, record: RawRecord, intake: Intake, page: Page, work: Work) -> Outcome:
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
        spot = observe.by_hand(device, packet.facts, intake.columns, intake.first)
        before = seen.heard
        returned = self._note_reading(wearer) if spot else self._note_worn(wearer)
        work.days.hear(wearer.judged.taught, before, seen.heard, seen.utc_offset)
        seen.utc_offset = packet.utc_offset
        observe.hear(seen, device, packet.facts, spot)
        contact = packet.facts.contact is not False
        lateness = self._settings.lateness_s * 1000
        single = spot or packet.facts.kind in observe.SINGLE
        observation = observe.take(seen, device, intake.columns, intake.last, lateness, contact, single)
        observation.returned = returned
        self._queue(page, wearer, observation, record, work)
        if observation.late:
            letter = self._letter(record, LATE_PART, f"late: {', '.join(sorted(observation.late))}")
            work.effects.dead_letters.append(letter)
        return "scored"

    def _note_worn(self, wearer: Wearer) -> bool:
        """Note that a wearer is heard of; whether that ends a silence."""
        seen = wearer.seen
        returned, earlier = seen.silent, self._clock.time < seen.heard
        seen.silent, seen.heard = False, self._clock.time
        if returned or earlier:  # a clock that is not settled yet can go back
            self._alarm.watch(wearer)
        return returned

    def _note_reading(self, wearer: Wearer) -> bool:
        """Note a reading taken by hand: it ends and begins no silence, but what it shows is reminded of."""
        seen = wearer.seen
        if seen.silent and seen.heard != self._clock.time:
            seen.heard = self._clock.time
            self._nudges.watch(wearer, self._clock.time)
        return False

    def _control(self, control: Control, record: RawRecord, page: Page, work: Work, new: bool) -> None:
        if isinstance(control, Tick):
            # Only workers that go by the wall make ticks; none may lead the log's own time.
            if self._settings.clock == "wall":
                self._clock.advance(min(control.time, record.timestamp))
                self._ring(record, work)
        elif isinstance(control, Profile) and new:
            if record.key != control.wearer.encode():
                raise Refused("key_mismatch", "the record's key is not the profile's wearer")
            wearer = page.wearer(control.wearer)
            met = observe.meet(wearer.seen, control)
            left = not self._agreed(wearer.seen.consent)
            self._queue(page, wearer, observe.withdraw(wearer.seen) if left else met, record, work)
            self._book.touch(control.wearer.encode())
        elif isinstance(control, Feedback) and new:
            self._feedback(control, record, page, work)
        elif isinstance(control, Forget) and new:
            self._forget(control.wearer, record, page, work)

    def _forget(self, name: str, record: RawRecord, page: Page, work: Work) -> None:
        """Let nothing of a wearer be left; what is out ends, and that is the last that is told."""
        wearer = page.wearers.pop(name, None)
        if wearer is None:
            return
        self._alarm.forget(name)
        self._nudges.forget(name)
        self._queue(page, wearer, observe.withdraw(wearer.seen), record, work)
        self._book.touch(name.encode())

    def _feedback(self, feedback: Feedback, record: RawRecord, page: Page, work: Work) -> None:
        """Hand on what a person answers to an alert of a wearer who is known here. Raises Refused."""
        if record.key != feedback.wearer.encode():
            raise Refused("key_mismatch", "the record's key is not the wearer of the alert")
        wearer = page.wearers.get(feedback.wearer)
        if not self._agreed(wearer.seen.consent if wearer else "unknown"):
            raise Refused("no_consent", "the wearer has not agreed")
        if wearer is not None:
            self._queue(page, wearer, Observation(feedback=feedback), record, work)
            self._book.touch(feedback.wearer.encode())

    def _ring(self, record: RawRecord, work: Work) -> None:
        """Let every wearer fall silent whose time has come, and look at those that are."""
        for wearer in self._alarm.due(self._clock.time):
            key = wearer.name.encode()
            page = self._book.page(key)
            if record.offset > page.guard:
                self._book.touch(key)
                self._queue(page, wearer, self._silence(wearer), record, work)
                self._nudges.watch(wearer, self._clock.time, fresh=True)
            else:
                self._alarm.watch(wearer)
        for wearer in self._nudges.due(self._clock.time):
            page = self._book.page(wearer.name.encode())
            if record.offset > page.guard:
                self._queue(page, wearer, Observation(nudged=True), record, work)

    def _silence(self, wearer: Wearer) -> Observation:
        """That nothing is heard of a wearer, with the minutes that were open.

        The record that told the time is another's: it isn't refused for what can't be judged here.
        """
        try:
            return observe.fall_silent(wearer.seen)
        except Exception as error:
            log.error("open minutes can't be judged", partition=self._partition, error=describe(error))
            wearer.seen.silent = True
            return Observation(silent_since=wearer.seen.heard, silence=wearer.seen.weakness)

    def _queue(
        self, page: Page, wearer: Wearer, observation: Observation, record: RawRecord, work: Work
    ) -> None:
        if observation.errors:
            group = cohort(wearer.seen.person, self._clock.time)
            work.effects.errors.setdefault(group, Progress()).add(observation.errors)
        lineup, asks = self._lineup_at(record.offset), observation.asks
        observation.asks = [ask for ask in asks if ask.model in lineup]
        work.beside += [ask for ask in asks if ask.model not in lineup and self._shadowed(ask.model)]
        if observation.empty:
            return
        source = Source(self._topic, self._partition, record.offset)
        now, leeway = self._clock.time, Leeway(wearer.seen.oxygen_scale, wearer.seen.person)
        work.items.append(Item(page, wearer, observation, source, now, leeway, record, lineup))

    def give_up(self, item: Item, why: str, work: Work) -> None:
        """What a record of the wearer led to could not be decided: it becomes a dead letter too.

        A record of another wearer, which only told the time, does not.
        """
        if item.record.key == item.wearer.name.encode():
            work.effects.dead_letters.append(self._letter(item.record, "failed", why))

    def _agreed(self, consent: str) -> bool:
        return consent == "given" or (consent == "unknown" and self._settings.consent == "optional")

    def _letter(self, record: RawRecord, reason: str, detail: str) -> DeadLetter:
        rejection = Rejection(reason, detail, self._topic, self._partition, record.offset)
        # Whatever it was refused for: who has not agreed has not agreed to a dead letter either.
        key = record.key or b""
        wearer = self._book.page(key).wearers.get(key.decode("latin-1"))
        if not self._agreed(wearer.seen.consent if wearer else "unknown"):
            return DeadLetter(record.key, None, [], rejection)
        return DeadLetter(record.key, record.value, list(record.headers), rejection)

    @staticmethod
    def _count(page: Page, work: Work, outcome: Outcome) -> None:
        page.count(outcome)
        work.effects.outcomes[outcome] = work.effects.outcomes.get(outcome, 0) + 1
