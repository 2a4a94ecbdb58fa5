"""Spans of a worker: a packet that led to an alert, or that a gateway has sampled, and the alert's writing.

Spans are made after the fact, from the times that the worker takes anyway: a chunk without an alert and
without a sampled packet makes none. No attribute tells of a wearer, a device, a condition or a value.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from typing import Final

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.trace import SpanContext, SpanKind, TraceFlags, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from streams.engine.contracts import Effects, RawRecord
from streams.engine.names import VITALS
from streams.records import Alert

HEADER: Final = "traceparent"
FLAGS: Final = 53
"""Where the flags stand in it: version, trace and span before, with their dashes."""
WAITING: Final = 10_000
"""Alerts that may wait for Redis with their span; of older ones the writing is not traced."""

Stages = Sequence[tuple[str, float, float]]
"""Name, begin and end of each, by the monotonic clock."""


class ChunkTraces:
    """Makes the spans of chunks, and remembers those of alerts until they are written."""

    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer
        self._waiting: OrderedDict[tuple[str, int], Context] = OrderedDict()

    def decided(self, partition: int, records: Sequence[RawRecord], effects: Effects, stages: Stages) -> None:
        """A chunk is decided, and its effects have not left yet."""
        by_offset = {record.offset: record for record in records} if effects.alerts else {}
        made: dict[int, Context] = {}
        for alert, _ in effects.alerts:
            record = by_offset.get(alert.source.offset)
            if record is None:
                continue
            if record.offset not in made:
                made[record.offset] = self._process(partition, record, stages)
                self._stages(made[record.offset], record, stages)
            self._wait(alert, made[record.offset])
        for record in records:
            if record.offset not in made and _sampled(record):
                self._process(partition, record, stages)

    def written(self, alerts: Iterable[Alert], begun: float, ended: float) -> None:
        """The sink has answered for these."""
        for alert in alerts:
            context = self._waiting.pop((alert.id, alert.revision), None)
            if context is not None:
                attributes = {"db.system.name": "redis", "vitalstream.priority": alert.priority}
                self._span("write alert", context, begun, ended, SpanKind.CLIENT, attributes)

    def _process(self, partition: int, record: RawRecord, stages: Stages) -> Context:
        """The span of a packet, from when Kafka had it until its chunk was decided."""
        span = self._tracer.start_span(
            f"process {VITALS}",
            _sampling(parent_of(record)),
            SpanKind.CONSUMER,
            {
                "messaging.system": "kafka",
                "messaging.operation.type": "process",
                "messaging.destination.name": VITALS,
                "messaging.destination.partition.id": str(partition),
                "messaging.kafka.offset": record.offset,
            },
            start_time=_arrived(record, stages),
        )
        span.end(_wall(stages[-1][2]))
        return trace.set_span_in_context(span, Context())

    def _stages(self, context: Context, record: RawRecord, stages: Stages) -> None:
        begun = _wall(stages[0][1])
        self._tracer.start_span("wait", context, start_time=_arrived(record, stages)).end(begun)
        for name, start, end in stages:
            self._span(name, context, start, end)

    def _span(
        self,
        name: str,
        context: Context,
        begun: float,
        ended: float,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: dict[str, str] | None = None,
    ) -> None:
        self._tracer.start_span(name, context, kind, attributes, start_time=_wall(begun)).end(_wall(ended))

    def _wait(self, alert: Alert, context: Context) -> None:
        self._waiting[alert.id, alert.revision] = context
        if len(self._waiting) > WAITING:
            self._waiting.popitem(last=False)


def parent_of(record: RawRecord) -> SpanContext | None:
    """The span that sent this record, by its header; None without a valid one."""
    value = _header(record)
    if not value:
        return None
    carrier = {HEADER: value.decode("ascii", "replace")}
    found = trace.get_current_span(TraceContextTextMapPropagator().extract(carrier, Context()))
    context = found.get_span_context()
    return context if context.is_valid else None


def _header(record: RawRecord) -> bytes:
    return next((value for name, value in record.headers if name == HEADER and value), b"")


def _sampled(record: RawRecord) -> bool:
    """Whether its gateway has sampled it: asked of every packet, so the header is not parsed for it."""
    flags = _header(record)[FLAGS:][:2]
    return flags.isalnum() and flags[-1:] in b"13579bdf" and parent_of(record) is not None


def _sampling(parent: SpanContext | None) -> Context:
    """A context in which spans are sent on, whatever the gateway's sampling said."""
    if parent is None:
        return Context()
    flags = TraceFlags(parent.trace_flags | TraceFlags.SAMPLED)
    same = SpanContext(parent.trace_id, parent.span_id, is_remote=True, trace_flags=flags)
    return trace.set_span_in_context(trace.NonRecordingSpan(same), Context())


def _arrived(record: RawRecord, stages: Stages) -> int:
    """When Kafka had it, by its own clock; never after its chunk was begun by ours."""
    return min(record.timestamp * 1_000_000, _wall(stages[0][1]))


def _wall(monotonic: float) -> int:
    """A time of `perf_counter` as nanoseconds UTC."""
    return time.time_ns() - round((time.perf_counter() - monotonic) * 1e9)
