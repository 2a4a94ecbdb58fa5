"""Traces from packet to alert by OpenTelemetry; off, and not even loaded, unless OTEL_… names a collector."""

from streams.tracing.opening import sending, watched

__all__ = ["sending", "watched"]
