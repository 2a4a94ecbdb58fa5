"""Certificates, ours and those of the servers: valid for long enough, and with their keys."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, urlsplit

from streams.doctor.finding import About, Finding
from streams.settings import Settings
from streams.wires import Broker

ABOUT: Final = About("certificates", "docs/how-to/logs-and-traces.md#certificates")
SOON: Final = timedelta(days=21)
PATIENCE_S: Final = 3.0


def look(settings: Settings) -> Iterator[Finding]:
    """Our own certificates by their files, those of Kafka and Redis by their servers."""
    ours = {
        "VITALSTREAM_API_TLS_CERT": (settings.api_tls_cert, settings.api_tls_key),
        "VITALSTREAM_METRICS_TLS_CERT": (settings.metrics_tls_cert, settings.metrics_tls_key),
        "VITALSTREAM_KAFKA_CERT": (settings.kafka_cert, settings.kafka_key),
    }
    found = [finding for name, pair in ours.items() for finding in _file(name, *pair)]
    found += _servers(settings)
    yield from found or [ABOUT.ok("none are used: all stays on this machine or a trusted network")]


def _file(name: str, cert: Path | None, key: Path | None) -> Iterator[Finding]:
    from cryptography.x509 import load_pem_x509_certificates

    if cert is None:
        return
    try:
        ends = min(one.not_valid_after_utc for one in load_pem_x509_certificates(cert.read_bytes()))
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except OSError as error:  # ssl's errors are some too
        why = "they don't belong together" if isinstance(error, ssl.SSLError) else error.strerror
        yield ABOUT.wrong(f"{name} and its key can't be used ({why})", "name a chain (PEM) and its key")
        return
    except ValueError:
        yield ABOUT.wrong(f"{name} names no certificate (PEM)", "name a chain (PEM)")
        return
    yield _until(name, ends)


def _until(name: str, ends: datetime) -> Finding:
    left = ends - datetime.now(UTC)
    if left < timedelta(0):
        return ABOUT.wrong(f"{name} ended on {ends:%Y-%m-%d}", "renew it (deploy/tls/make-ca.sh)")
    if left < SOON:
        return ABOUT.warn(f"{name} ends on {ends:%Y-%m-%d}", "renew it (deploy/tls/make-ca.sh)")
    return ABOUT.ok(f"{name} is valid until {ends:%Y-%m-%d}")


def _servers(settings: Settings) -> Iterator[Finding]:
    """Only how long they are valid: whether they are trusted is told where the server is looked at."""
    broker = Broker.of(settings)
    if (context := broker.context) is not None:
        for host, port in broker.places:
            yield from _server(f"that of Kafka at {host}:{port}", host, port, context)
    url = urlsplit(settings.redis_url.get_secret_value())
    if url.scheme == "rediss" and url.hostname:
        asked = parse_qs(url.query)
        context = ssl.create_default_context(cafile=asked.get("ssl_ca_certs", [None])[-1])
        if "ssl_certfile" in asked:
            context.load_cert_chain(asked["ssl_certfile"][-1], asked.get("ssl_keyfile", [None])[-1])
        yield from _server("that of Redis", url.hostname, url.port or 6379, context)


def _server(name: str, host: str, port: int, context: ssl.SSLContext) -> Iterator[Finding]:
    try:
        with (
            socket.create_connection((host, port), PATIENCE_S) as plain,
            context.wrap_socket(plain, server_hostname=host) as secured,
        ):
            ends = str((secured.getpeercert() or {})["notAfter"])
    except (OSError, KeyError):
        return
    yield _until(name, datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC))
