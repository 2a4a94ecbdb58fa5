"""From records of Kafka to rows: what can't be read is counted and left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from aiokafka import TopicPartition
from msgspec import Struct

from exporters.history.packing import pack
from exporters.history.rows import Level
from exporters.history.store import Batch
from streams.logs import get_log
from streams.records import FORGET, Alert, Millis, Profile, Trace

log = get_log(__name__)


class _Judged(Struct):
    """The part of a risk record that the overview needs."""

    wearer: str
    time: Millis
    level: Level


class Decoded(Struct, frozen=True):
    """Rows to store, and what the overview is to learn once they are."""

    batch: Batch
    latest: list[tuple[Trace, bytes]]
    """The newest trace of each wearer among these, and its packed body."""
    levels: list[tuple[str, int, Level]]


_LARGEST = 2**63 - 1
"""What SQLite takes: one record that it does not take would hold up all that come after it."""

_decode_trace = msgspec.json.Decoder(Trace).decode
_decode_judged = msgspec.json.Decoder(_Judged).decode
_decode_alert = msgspec.json.Decoder(Alert).decode
_decode_profile = msgspec.json.Decoder(Profile).decode


class _Pile:
    """Rows of one reading, as they pile up."""

    def __init__(self) -> None:
        self.traces: list[tuple[str, int, bytes]] = []
        self.latest: dict[str, tuple[Trace, bytes]] = {}
        self.risks: list[tuple[str, int, bytes]] = []
        self.levels: list[tuple[str, int, Level]] = []
        self.alerts: list[Alert] = []
        self.consents: dict[str, bool] = {}
        self.forgotten: set[str] = set()

    def add_trace(self, value: bytes) -> None:
        trace = _decode_trace(value)
        body = pack(trace)
        self.traces.append((trace.wearer, trace.time, body))
        known = self.latest.get(trace.wearer)
        if known is None or known[0].time <= trace.time:
            self.latest[trace.wearer] = (trace, body)

    def add_risk(self, value: bytes) -> None:
        judged = _decode_judged(value)
        self.risks.append((judged.wearer, judged.time, value))
        self.levels.append((judged.wearer, judged.time, judged.level))

    def add_alert(self, value: bytes) -> None:
        alert = _decode_alert(value)
        if alert.revision > _LARGEST:
            raise OverflowError
        self.alerts.append(alert)

    def add_profile(self, value: bytes) -> None:
        profile = _decode_profile(value)
        self.consents[profile.wearer] = profile.consent.status == "refused"

    def forget(self, wearer: str) -> None:
        self.consents.pop(wearer, None)
        self.forgotten.add(wearer)


def decode(records: Mapping[TopicPartition, Sequence[Any]]) -> Decoded:
    """The rows of one reading of Kafka. Takes about 10 µs a trace: call it in a thread."""
    pile = _Pile()
    add = {
        "traces": pile.add_trace,
        "risk": pile.add_risk,
        "alerts": pile.add_alert,
        "profiles": pile.add_profile,
    }
    offsets, unreadable = {}, 0
    for partition, found in records.items():
        for record in found:
            if record.value is None:  # a profile that was taken back
                if record.key and any(name == FORGET for name, _ in record.headers):
                    pile.forget(record.key.decode(errors="replace"))
                continue
            try:
                add[partition.topic](record.value)
            except (msgspec.MsgspecError, ValueError, OverflowError):
                unreadable += 1
        offsets[(partition.topic, partition.partition)] = found[-1].offset + 1
    if unreadable:
        log.warning("records can't be read and are not in the history", records=unreadable)
    batch = Batch(pile.traces, pile.risks, pile.alerts, pile.consents, offsets, pile.forgotten)
    return Decoded(batch, list(pile.latest.values()), pile.levels)
