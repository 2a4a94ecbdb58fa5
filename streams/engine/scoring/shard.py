"""The state of every wearer of one partition: the pure heart of a worker.

A chunk is observed whole, its networks run once, then it is decided in order. Pages guard themselves:
what a page has seen before its snapshot is skipped when records are handed over again, so a replay
after a crash leads to the same state and the same alerts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from models.decide import Setting
from models.deep.answering import answer
from models.deep.asks import Ask
from models.usefulness.adaptation import Adaptation, load_adaptation
from models.wearer import Wearer
from streams.engine.contracts import Effects, RawRecord
from streams.engine.scoring.alarm import Alarm
from streams.engine.scoring.book import Book
from streams.engine.scoring.desk import Desk
from streams.engine.scoring.explaining import Explainer
from streams.engine.scoring.judging import Bench
from streams.engine.scoring.learning import PartitionLearning
from streams.engine.scoring.nudges import Nudges
from streams.engine.scoring.probes import Probe
from streams.engine.scoring.shadows import Shadows
from streams.engine.scoring.stock import Cast, Stock
from streams.engine.scoring.work import Item, Work, by_lineup
from streams.engine.state.own_page import OwnPage
from streams.engine.state.pages import Seal, stamp_of
from streams.records import Alert, Outcome
from streams.settings import Settings


class WearerShard:
    """Implements `streams.engine.contracts.Shard`."""

    def __init__(self, maker: ShardMaker, partition: int, stored: Mapping[bytes, bytes]) -> None:
        self._maker = maker
        self.partition = partition
        self.own = OwnPage(partition, maker.seal, maker.stock, stored, maker.on_cold_start, maker.learning())
        self.book = Book(partition, maker.seal)
        self._alarm = Alarm(maker.settings.stale_s * 1000)
        self._nudges = Nudges(maker.settings.stale_s * 1000)
        self._load(stored)
        own = self.own  # by way of the shard it would be a cycle: nothing frees those (see garbage.py)
        self._desk = Desk(
            maker.settings,
            maker.topic,
            partition,
            self.own.clock,
            self.book,
            self._alarm,
            self._nudges,
            lambda offset: own.lineups.at(offset),
            maker.shadowed,
        )
        self._bench = Bench(maker.setting, self.book, self.own.learning)
        self._explainer = Explainer(maker.stock, maker.on_model_error)

    def _load(self, stored: Mapping[bytes, bytes]) -> None:
        pages = {key: value for key, value in stored.items() if key != self.own.key}
        self.book.load(pages, self._maker.on_cold_start)
        for wearer in self.book.wearers():
            if not wearer.seen.silent:
                self._alarm.watch(wearer)
            elif wearer.seen.heard:
                self._nudges.watch(wearer, self.own.clock.time)
        # A page that is ahead has decided answers that the own page does not know of.
        self.own.learning.expect(
            lesson for lesson in self.book.lessons() if lesson.offset > self.own.position
        )

    # One chunk --------------------------------------------------------------------------------

    def observe(self, records: Sequence[RawRecord]) -> Work:
        """Decode, admit and observe a chunk; gives the work for the next stages."""
        work = Work(records[-1].offset)
        for record in records:
            if record.offset > self.position:
                self._desk.take(record, work)
        return work

    def decide(self, work: Work) -> bool:
        """Turn observations and answers into what to tell; whether something of it is to be explained."""
        for item in work.items:
            failed = self._bench.decide(item, work)
            if failed:
                self._desk.give_up(item, failed, work)
        work.effects.tally.days = work.days.close()
        return any(pending.ask is not None for pending in work.alerts)

    def explain(self, work: Work) -> None:
        """Say why, for alerts for which a network speaks. Touches only `work`."""
        self._explainer.explain(work.alerts)

    def finish(self, work: Work) -> Effects:
        """The chunk's effects; moves `position`."""
        for pending in work.alerts:
            alert, item = pending.alert, pending.item
            item.page.outbox[alert.id, alert.revision] = alert
            work.effects.alerts.append((alert, item.record.timestamp))
        for probe in self._maker.probes:
            for alert, _ in work.effects.alerts:
                probe.told(alert)
            for feedback, _ in work.effects.answers:
                probe.said(feedback)
        self.own.position = max(self.own.position, work.last)
        return work.effects

    def take(self, records: Sequence[RawRecord]) -> Effects:
        """Take a chunk through all stages, one after the other."""
        work = self.observe(records)
        self._maker.infer([work])
        if self.decide(work):
            self.explain(work)
        return self.finish(work)

    # What the worker asks ---------------------------------------------------------------------

    @property
    def position(self) -> int:
        """Offset of the last record that is wholly decided; -1 before the first."""
        return self.own.position

    @property
    def wearers(self) -> int:
        """How many wearers are live."""
        return len(self.book)

    @property
    def stream_time(self) -> int:
        """Newest believed event time, ms UTC; 0 before the first."""
        return self.own.clock.time

    @property
    def oldest_heard(self) -> int:
        """Stream time (ms UTC) before which no wearer that is not silent was last heard of."""
        return self._alarm.oldest(self.own.clock.time)

    @property
    def stored_bytes(self) -> int:
        """Bytes of all pages as they were stored last."""
        return self.book.stored_bytes

    def crowds(self) -> Iterator[list[Wearer]]:
        """All wearers, a page at a time; the shard may change between two of them."""
        return self.book.crowds()

    def answered(self) -> dict[str, tuple[int, float]]:
        """By cohort: how many answers were foretold before they were learnt, and the Brier score of that."""
        return self.own.learning.errors(self.position)

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

    def touch_all(self) -> None:
        """Let every page count as changed: what is stored last may be another worker's."""
        self.book.touch_all()

    def encode(self, key: bytes) -> bytes:
        """One page as authenticated bytes, stamped with `position`; it is clean from then on."""
        return self.book.encode(key, self.position, self.own.safe)

    def encode_clock(self) -> tuple[bytes, bytes]:
        """Key and bytes of the partition's own page: position, stream time, line-ups."""
        return self.own.encode()


class ShardMaker:
    """Makes shards: implements `streams.engine.contracts.ShardFactory`."""

    def __init__(
        self,
        settings: Settings,
        seal: Seal,
        stock: Stock,
        setting: Setting,
        on_cold_start: Callable[[str], None] = lambda reason: None,
        topic: str = "vitals",
        shadows: Shadows | None = None,
        on_model_error: Callable[[str, str, int, str], None] = lambda model, version, rows, why: None,
        adaptation: Adaptation | None = None,
        probes: Sequence[Probe] = (),
    ) -> None:
        """`on_model_error` is told of rows (network, version, how many, why) that have no answer.

        What `probes` make of a chunk goes to metrics alone.
        """
        self.settings = settings
        self.seal = seal
        self.stock = stock
        self.setting = setting
        self.on_cold_start = on_cold_start
        self.topic = topic
        self.shadows = shadows
        self.on_model_error = on_model_error
        self.probes = probes
        self._adaptation = adaptation or load_adaptation()

    def learning(self) -> PartitionLearning:
        """What a partition learns from answers, nothing yet."""
        return PartitionLearning(self._adaptation, self.settings.learning)

    def shadowed(self, model: str) -> bool:
        """Whether shadows of this network score beside."""
        return self.shadows is not None and self.shadows.wanted(model)

    def __call__(self, partition: int, pages: Mapping[bytes, bytes]) -> WearerShard:
        """A shard from its stored pages; a page that does not authenticate starts cold, counted."""
        return WearerShard(self, partition, pages)

    def infer(self, works: Sequence[Work]) -> None:
        """Run each version of a network once on all that chunks ask of it. Touches only `works`."""
        items = [item for work in works for item in work.items]
        for lineup, judged in by_lineup(items):
            for failure in answer(_asks(judged), Cast(self.stock, lineup)):
                self.on_model_error(failure.model, lineup[failure.model], failure.rows, failure.why)
        if self.shadows is not None:
            self.shadows.score([*_asks(items), *(ask for work in works for ask in work.beside)])
        _drop_unanswered(items)
        for probe in self.probes:
            probe.answered(items)

    def stamp(self, value: bytes) -> int:
        """The position a page was stamped with, without decoding it; -1 when it can't be read."""
        return stamp_of(value)


def _asks(items: Iterable[Item]) -> Iterator[Ask]:
    return (ask for item in items for ask in item.observation.asks)


def _drop_unanswered(items: Iterable[Item]) -> None:
    """What a network gave no answer to was not asked, so that the rest is decided."""
    for item in items:
        asks = item.observation.asks
        if any(ask.answer is None for ask in asks):
            item.observation.asks = [ask for ask in asks if ask.answer is not None]
