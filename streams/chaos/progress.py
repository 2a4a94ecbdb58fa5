"""How far workers are, looked at again and again from outside; says how long a recovery took."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from dataclasses import dataclass, field

from kafka import KafkaConsumer, TopicPartition
from kafka.errors import KafkaError

from streams.engine.names import RISK, VITALS
from streams.settings import Settings
from streams.wires import client_options

LOOK_S = 0.2
ANSWER_MS = 3000


@dataclass(frozen=True, slots=True)
class Look:
    """One look at a broker that answers: by partition."""

    at: float
    """Monotonic s."""
    ends: tuple[int, ...]
    committed: tuple[int, ...]
    told: tuple[int, ...]
    """Ends of the topic of risks: they move with scoring, not only with checkpoints."""

    @property
    def done(self) -> bool:
        """Whether all that is in the log is committed."""
        return self.committed == self.ends

    def beyond(self, earlier: Look) -> bool:
        """Whether every partition is being scored again: more was told of it, or there is nothing to do."""
        return all(
            told > before or committed >= end
            for told, before, committed, end in zip(
                self.told, earlier.told, self.committed, self.ends, strict=True
            )
        )


@dataclass
class Recovery:
    """A wait for workers to be what they were before a fault."""

    began: float
    """When it is counted from, monotonic s."""
    before: Look
    target: int
    """So many records have to be committed, besides what was in each partition before."""
    scoring_s: float | None = None
    """How long until every partition was scored again."""
    caught_up_s: float | None = None
    """How long until all was committed that the log and the gateway had when it began."""
    over: threading.Event = field(default_factory=threading.Event)

    def see(self, look: Look) -> None:
        """Take in a look at the broker."""
        if look.at < self.began or self.over.is_set():
            return
        if self.scoring_s is None and look.beyond(self.before):
            self.scoring_s = time.monotonic() - self.began
        reached = all(done >= end for done, end in zip(look.committed, self.before.ends, strict=True))
        if self.scoring_s is not None and reached and sum(look.committed) >= self.target:
            self.caught_up_s = time.monotonic() - self.began
            self.over.set()


class Progress:
    """Looks in a thread of its own; while the broker is away the last look stays."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._partitions = range(settings.partitions)
        self._enough = threading.Event()
        self._changed = threading.Condition()
        self.last = Look(time.monotonic(), *([tuple(0 for _ in self._partitions)] * 3))
        self._recovery: Recovery | None = None
        self._thread = threading.Thread(target=self._run, name="progress", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Look no more."""
        self._enough.set()
        self._thread.join()

    def fresh(self, patience_s: float = 2.0) -> Look:
        """A look that began after this call; the last one there is when none comes in time."""
        called = time.monotonic()
        with self._changed:
            self._changed.wait_for(lambda: self.last.at > called, patience_s)
            return self.last

    def recovery(self, began: float, before: Look, target: int) -> Recovery:
        """Wait from now on for a recovery that is counted from `began`."""
        self._recovery = Recovery(began, before, target)
        return self._recovery

    def _run(self) -> None:
        logging.getLogger("kafka").setLevel(logging.CRITICAL)  # that a broker is away is what is tried here
        consumer = None
        while not self._enough.wait(LOOK_S):
            try:
                consumer = consumer or self._consumer()
                look = self._look(consumer)
            except (KafkaError, OSError, AssertionError):
                continue
            with self._changed:
                self.last = look
                self._changed.notify_all()
            if self._recovery is not None:
                self._recovery.see(look)
        if consumer is not None:
            with contextlib.suppress(KafkaError):
                consumer.close()

    def _consumer(self) -> KafkaConsumer:
        return KafkaConsumer(
            **client_options(self._settings.broker),
            group_id=self._settings.app_id,
            enable_auto_commit=False,
            reconnect_backoff_max_ms=500,
        )

    def _look(self, consumer: KafkaConsumer) -> Look:
        vitals = [TopicPartition(VITALS, number) for number in self._partitions]
        risks = [TopicPartition(RISK, number) for number in self._partitions]
        began = time.monotonic()
        committed = tuple(consumer.committed(tp, timeout_ms=ANSWER_MS) or 0 for tp in vitals)
        ends = consumer.end_offsets([*vitals, *risks], timeout_ms=ANSWER_MS)
        return Look(began, tuple(ends[tp] for tp in vitals), committed, tuple(ends[tp] for tp in risks))
