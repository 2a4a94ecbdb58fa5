"""Whether there are traces, by the standard OTEL_… variables, and where they go."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Final, cast

from streams.logs import NEVER, get_log

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

    from streams.engine.bus.outbox import AlertWriter
    from streams.engine.contracts import ShardFactory
    from streams.tracing.sending import SendTraces

log = get_log(__name__)

ENDPOINTS: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
PROTOCOLS: Final = ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL")
PROTOCOL: Final = "http/protobuf"
CLOSE_S: Final = 2.0
"""How long an end waits for spans that are not sent yet."""


def wanted() -> bool:
    """Whether the environment names a collector, and does not say no to it elsewhere."""
    return (
        any(os.environ.get(name) for name in ENDPOINTS)
        and os.environ.get("OTEL_SDK_DISABLED", "").lower() != "true"
        and os.environ.get("OTEL_TRACES_EXPORTER", "otlp") == "otlp"
        and os.environ.get("OTEL_TRACES_SAMPLER") != "always_off"
    )


@contextmanager
def watched(factory: ShardFactory, sink: AlertWriter) -> Iterator[tuple[ShardFactory, AlertWriter]]:
    """The worker's shards and sink, watched while there are traces; themselves when there are none."""
    provider = open_traces("worker", sample=False)
    if provider is None:
        yield factory, sink
        return
    from streams.tracing.chunks import ChunkTraces
    from streams.tracing.watching import WatchedFactory, WatchedSink

    traces = ChunkTraces(provider.get_tracer("vitalstream"))
    try:
        yield cast("ShardFactory", WatchedFactory(factory, traces)), WatchedSink(sink, traces)
    finally:
        close(provider)


def sending() -> SendTraces | None:
    """Spans of a gateway; None when there are no traces."""
    provider = open_traces("gateway", sample=True)
    if provider is None:
        return None
    from streams.tracing.sending import SendTraces

    return SendTraces(provider)


def open_traces(service: str, *, sample: bool) -> TracerProvider | None:
    """What makes spans of this service; None when nobody wants them, or they can't be had (told once).

    `sample`: by OTEL_TRACES_SAMPLER; else every span that is begun is sent.
    """
    if not wanted():
        return None
    protocol = next(filter(None, map(os.environ.get, PROTOCOLS)), PROTOCOL)
    if protocol != PROTOCOL:
        log.warning("no traces: only one protocol is spoken", asked=protocol, spoken=PROTOCOL)
        return None
    try:
        return _provider(service, sample)
    except ImportError:
        log.warning("no traces: `pip install 'vitalstream[tracing]'` has what they need")
    except ValueError as error:
        log.warning("no traces: an OTEL_… variable can't be used", error=type(error).__name__)
    return None


def close(provider: TracerProvider) -> None:
    """Send what is left, within a bound: a collector that is away keeps nobody from ending."""
    # A thread that can be left behind: the exporter tries again for as long as it was told to.
    closing = threading.Thread(target=provider.shutdown, name="traces", daemon=True)
    closing.start()
    closing.join(CLOSE_S)


def _provider(service: str, sample: bool) -> TracerProvider:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.sdk.trace.sampling import ALWAYS_ON

    from streams.tracing.quiet import Quiet

    logging.getLogger("opentelemetry").setLevel(NEVER)  # it tells every failure, at length; Quiet tells one
    named = {"service.name": f"vitalstream-{service}", "service.version": version("vitalstream")}
    # OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES win.
    resource = Resource(named).merge(Resource.create({}) if _named() else Resource.get_empty())
    provider = TracerProvider(
        sampler=None if sample else ALWAYS_ON, resource=resource, shutdown_on_exit=False
    )
    provider.add_span_processor(BatchSpanProcessor(Quiet(OTLPSpanExporter())))
    return provider


def _named() -> bool:
    return bool(os.environ.get("OTEL_SERVICE_NAME") or os.environ.get("OTEL_RESOURCE_ATTRIBUTES"))
