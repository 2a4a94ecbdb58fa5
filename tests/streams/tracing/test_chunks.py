"""Which packets have spans, and below which parent."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from exporters.alerts.errors import SinkUnavailable
from streams.engine.contracts import Effects
from streams.records import Alert, Source
from streams.tracing import opening
from streams.tracing.chunks import ChunkTraces
from streams.tracing.quiet import Quiet
from streams.tracing.watching import WatchedSink
from tests.exporters.examples import alert
from tests.logged import lines

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
HERE = {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318"}
STAGES = [("observe", 1.0, 2.0), ("infer", 2.0, 3.0), ("decide", 3.0, 4.0), ("finish", 4.0, 5.0)]


@dataclass
class Record:
    offset: int
    headers: Sequence[tuple[str, bytes]] = ()
    key: bytes = b"dora"
    value: bytes = b"{}"
    timestamp: int = 1000


@dataclass
class Watched:
    """Traces whose spans stay in memory."""

    exporter: InMemorySpanExporter = field(default_factory=InMemorySpanExporter)

    def __post_init__(self) -> None:
        provider = TracerProvider(shutdown_on_exit=False)
        provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.traces = ChunkTraces(provider.get_tracer("test"))

    def spans(self) -> list[ReadableSpan]:
        return list(self.exporter.get_finished_spans())

    def names(self) -> list[str]:
        return [span.name for span in self.spans()]


def sent(flags: str) -> list[tuple[str, bytes]]:
    return [("traceparent", f"00-{TRACE}-{SPAN}-{flags}".encode())]


def told(offset: int) -> Effects:
    return Effects(alerts=[(alert(source=Source("vitals", 2, offset)), 0)])


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_a_packet_that_leads_to_nothing_and_is_not_sampled_has_no_span(watched: Watched) -> None:
    watched.traces.decided(2, [Record(1), Record(2, sent("00"))], Effects(), STAGES)

    assert watched.names() == []


def test_a_sampled_packet_that_leads_to_nothing_has_one(watched: Watched) -> None:
    watched.traces.decided(2, [Record(1), Record(2, sent("01"))], Effects(), STAGES)

    assert watched.names() == ["process vitals"]


@pytest.mark.parametrize("flags", ["00", "01"])
def test_a_packet_that_leads_to_an_alert_is_traced_whatever_its_gateway_sampled(
    watched: Watched, flags: str
) -> None:
    watched.traces.decided(2, [Record(1), Record(2, sent(flags))], told(2), STAGES)
    process, *stages = watched.spans()

    assert process.context is not None and process.parent is not None
    assert (f"{process.context.trace_id:032x}", f"{process.parent.span_id:016x}") == (TRACE, SPAN)
    assert [span.name for span in stages] == ["wait", "observe", "infer", "decide", "finish"]
    assert all(span.parent and span.parent.span_id == process.context.span_id for span in stages)
    assert dict(process.attributes or {}) == {
        "messaging.system": "kafka",
        "messaging.operation.type": "process",
        "messaging.destination.name": "vitals",
        "messaging.destination.partition.id": "2",
        "messaging.kafka.offset": 2,
    }


@pytest.mark.parametrize("value", [b"", b"00-zz", b"\xff", f"00-{'0' * 32}-{SPAN}-01".encode()])
def test_a_header_that_is_none_begins_a_trace_of_its_own(watched: Watched, value: bytes) -> None:
    watched.traces.decided(2, [Record(2, [("traceparent", value)])], told(2), STAGES)

    assert watched.spans()[0].parent is None


async def test_the_writing_is_told_once_the_sink_has_taken_it(watched: Watched) -> None:
    class Sink:
        away = True

        async def write(self, alerts: Sequence[Alert]) -> None:
            if self.away:
                raise SinkUnavailable("connection")

    inner = Sink()
    sink = WatchedSink(inner, watched.traces)
    effects = told(2)
    watched.traces.decided(2, [Record(2)], effects, STAGES)
    process = watched.spans()[0]

    with pytest.raises(SinkUnavailable):
        await sink.write([effects.alerts[0][0]])
    before = watched.names()
    inner.away = False
    for _ in range(2):
        await sink.write([effects.alerts[0][0]])

    assert "write alert" not in before
    assert watched.names().count("write alert") == 1
    written = watched.spans()[-1]
    assert written.parent is not None and process.context is not None
    assert written.parent.span_id == process.context.span_id
    assert dict(written.attributes or {}) == {"db.system.name": "redis", "vitalstream.priority": "medium"}


def test_a_collector_that_goes_and_comes_is_told_once_each(caplog: pytest.LogCaptureFixture) -> None:
    class Collector(SpanExporter):
        answer = SpanExportResult.FAILURE

        def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
            return self.answer

    collector = Collector()
    quiet = Quiet(collector)
    with caplog.at_level("INFO"):
        for answer in (SpanExportResult.FAILURE,) * 3 + (SpanExportResult.SUCCESS,) * 2:
            collector.answer = answer
            quiet.export([])

    assert [line["level"] for line in lines(caplog)] == ["warning", "info"]


@pytest.mark.parametrize(
    ("environment", "on"),
    [
        ({}, False),
        (HERE, True),
        ({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://127.0.0.1:4318/v1/traces"}, True),
        ({**HERE, "OTEL_SDK_DISABLED": "true"}, False),
        ({**HERE, "OTEL_TRACES_EXPORTER": "none"}, False),
        (
            {"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:4318", "OTEL_TRACES_SAMPLER": "always_off"},
            False,
        ),
    ],
)
def test_the_environment_decides(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], on: bool
) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    assert opening.wanted() == on


def test_without_the_library_it_is_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4318")
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)

    assert opening.sending() is None
    assert ["pip install" in line["event"] for line in lines(caplog)] == [True]


def test_another_protocol_is_one_line(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc")

    assert opening.sending() is None
    assert [(line["asked"], line["spoken"]) for line in lines(caplog)] == [("grpc", "http/protobuf")]


def test_off_it_stands_nowhere_and_is_not_loaded() -> None:
    code = """
import sys
from streams.tracing import sending, watched
factory, sink = object(), object()
with watched(factory, sink) as (given, told):
    print(given is factory, told is sink, sending(), [m for m in sys.modules if "opentelemetry" in m])
"""
    clean = {"PATH": "", "HOME": "/nonexistent"}

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=clean)

    assert done.stdout == "True True None []\n"
