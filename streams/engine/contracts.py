"""What the worker (Faust, sockets, timers) and a partition's pure state ask of each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from models.online.progressive import Progress
from models.wearer import Wearer
from streams.engine.scoring.tally import Tally
from streams.records import Alert, Feedback, Outcome, Rejection, Risk, Trace


class RawRecord(Protocol):
    """A record as fetched; aiokafka's ConsumerRecord is one. `timestamp` is ms, the broker's log time."""

    key: bytes | None
    value: bytes | None
    offset: int
    timestamp: int
    headers: Sequence[tuple[str, bytes]]


@dataclass(slots=True)
class DeadLetter:
    """A record that is not scored: its own bytes and headers, and why."""

    key: bytes | None
    value: bytes | None
    headers: list[tuple[str, bytes]]
    rejection: Rejection


@dataclass(slots=True)
class Effects:
    """What a chunk asks the outside to do, in order."""

    alerts: list[tuple[Alert, int]] = field(default_factory=list)
    """Alerts, each with the log time (ms) of the record that caused it."""
    risks: list[Risk] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    errors: dict[str, Progress] = field(default_factory=dict)
    """How far own usuals were off before they learnt, by cohort."""
    answers: list[tuple[Feedback, bool]] = field(default_factory=list)
    """What people said, and whether the alert is known."""
    tally: Tally = field(default_factory=Tally)
    """What else is counted."""


class Own(Protocol):
    """By which networks a partition's records are judged, and whether the broker has that."""

    @property
    def founded(self) -> bool:
        """Whether the broker has the present line-ups: before that nothing may be judged by them."""

    @property
    def outdated(self) -> bool:
        """Whether another line-up is wanted."""

    def switch(self, end: int) -> bool:
        """Take what is wanted; whether it could be. No worker before this one had reached `end`."""

    def encode_lineups(self) -> tuple[bytes, bytes]:
        """Key and bytes of the own page as the broker has it, with the present line-ups."""

    def confirm(self, value: bytes) -> None:
        """The broker has these bytes of the own page."""


class Shard(Protocol):
    """The state of every wearer of one partition of `vitals`; pure: no clock, no network, no file.

    Offsets at or below what a page has seen are skipped, so records may be handed over again.
    A chunk goes `observe` (on the event loop), the factory's `infer` (in a thread, with chunks of other
    partitions), `decide` (on the loop), `explain` (in a thread, when `decide` asks for it), `finish` (on the
    loop). Between `observe` and `finish` the shard is not consistent and must not be encoded.
    """

    partition: int

    @property
    def position(self) -> int:
        """Offset of the last record that is wholly decided; -1 before the first."""

    @property
    def wearers(self) -> int:
        """How many wearers have state."""

    @property
    def stream_time(self) -> int:
        """Newest believed event time, ms UTC; 0 before the first."""

    @property
    def oldest_heard(self) -> int:
        """Stream time (ms UTC) before which no wearer that is not silent was last heard of."""

    @property
    def stored_bytes(self) -> int:
        """Bytes of all pages as they were stored last."""

    def crowds(self) -> Iterator[list[Wearer]]:
        """All wearers, a page at a time; the shard may change between two of them."""

    def answered(self) -> dict[str, tuple[int, float]]:
        """By cohort: how many answers were foretold before they were learnt, and the Brier score of that."""

    def observe(self, records: Sequence[RawRecord]) -> Any:
        """Decode, admit and observe a chunk; gives the work for the next stages."""

    def decide(self, work: Any) -> bool:
        """Turn observations and answers into what to tell; whether something of it is to be explained."""

    def explain(self, work: Any) -> None:
        """Say why, for alerts for which a network speaks. Touches only `work`."""

    def finish(self, work: Any) -> Effects:
        """The chunk's effects; moves `position`."""

    def pending(self) -> list[Alert]:
        """Alerts that the sink has not taken yet, oldest first (after a recovery: send these again)."""

    def settle(self, alerts: Iterable[Alert]) -> None:
        """The sink has taken these: they need not be kept any longer."""

    def dirty(self) -> list[bytes]:
        """Keys of the pages that changed since they were encoded."""

    def touch_all(self) -> None:
        """Let every page count as changed: what is stored last may be another worker's."""

    def encode(self, key: bytes) -> bytes:
        """One page as authenticated bytes, stamped with `position`; it is clean from then on."""

    def encode_clock(self) -> tuple[bytes, bytes]:
        """Key and bytes of the partition's own page: position, stream time. Written after all others."""

    @property
    def own(self) -> Own:
        """What the partition's own page says of the networks that judge."""


class ShardFactory(Protocol):
    """Makes shards from what a recovery found."""

    def __call__(self, partition: int, pages: Mapping[bytes, bytes]) -> Shard:
        """A shard from its stored pages; a page that does not authenticate starts cold, counted."""

    def infer(self, works: Sequence[Any]) -> None:
        """Run the networks on what chunks ask of them, once for all. Touches only `works`."""

    def stamp(self, value: bytes) -> int:
        """The position a page was stamped with, without decoding it; -1 when it can't be read."""
