"""An exporter of spans that says once that nobody takes them, and once that somebody does again."""

from __future__ import annotations

from collections.abc import Sequence

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult

from streams.logs import get_log

log = get_log(__name__)


class Quiet(SpanExporter):
    """Hands spans on; what the inner exporter logs of a failure is not heard (`streams.logs.MOST`)."""

    def __init__(self, inner: SpanExporter) -> None:
        self._inner, self._failed = inner, False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send spans; they are lost when the collector is away for longer than the exporter tries."""
        result = self._inner.export(spans)
        failed = result is not SpanExportResult.SUCCESS
        if failed and not self._failed:
            log.warning("the collector of traces does not take them: they are lost until it does")
        elif self._failed and not failed:
            log.info("the collector takes traces again")
        self._failed = failed
        return result

    def shutdown(self) -> None:
        """End the inner exporter, in the middle of trying again if need be."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Nothing is held back here."""
        return self._inner.force_flush(timeout_millis)
