"""A span for each packet that a gateway sends; its context goes along as the header `traceparent`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from opentelemetry.trace import SpanKind, Status, StatusCode
from opentelemetry.trace.propagation import set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from streams.tracing.opening import close

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

Header = tuple[str, bytes]


class SendTraces:
    """Begins a span for each record; which are sent on, OTEL_TRACES_SAMPLER decides."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("vitalstream")
        self._propagator = TraceContextTextMapPropagator()

    def begin(self, topic: str) -> tuple[list[Header], Callable[[BaseException | None], None]]:
        """Headers for the record, and what is to be called with the broker's answer (None = taken)."""
        span = self._tracer.start_span(
            f"send {topic}",
            kind=SpanKind.PRODUCER,
            attributes={
                "messaging.system": "kafka",
                "messaging.operation.type": "send",
                "messaging.destination.name": topic,
            },
        )
        carrier: dict[str, str] = {}
        self._propagator.inject(carrier, set_span_in_context(span))

        def end(error: BaseException | None) -> None:
            if error is not None:
                span.set_status(Status(StatusCode.ERROR, type(error).__name__))
            span.end()

        return [(name, value.encode()) for name, value in carrier.items()], end

    def close(self) -> None:
        """Send what is left, within a bound."""
        close(self._provider)
