"""Workers that run: what their own endpoints say."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from streams.doctor.finding import About, Finding
from streams.settings import Settings

ABOUT = About("workers", "docs/how-to/operate.md#what-to-watch")
PATIENCE_S = 3.0
TOLD = {
    "vitalstream_consumer_lag_records": "records behind",
    "vitalstream_pending_alerts": "alerts wait for Redis",
}


def look(settings: Settings, *, endpoints: Sequence[str] = ()) -> Iterator[Finding]:
    """Ask each endpoint, such as http://127.0.0.1:9100, for its health and its figures."""
    import httpx

    context = ssl.create_default_context(cafile=settings.metrics_tls_cert)
    with httpx.Client(timeout=PATIENCE_S, trust_env=False, verify=context) as http:
        for endpoint in endpoints:
            place = urlsplit(endpoint).netloc.rpartition("@")[2] or "this address"
            base = endpoint.removesuffix("/").removesuffix("/metrics")
            try:
                health, metrics = http.get(f"{base}/healthz"), http.get(f"{base}/metrics")
            except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
                yield ABOUT.wrong(f"no worker answers at {place} ({type(error).__name__})", "look at its log")
                continue
            yield _judge(place, health.status_code, health.text, metrics.text)


def _judge(place: str, status: int, words: str, metrics: str) -> Finding:
    if status == 503:
        return ABOUT.wrong(f"{place} makes no progress: {words.strip()[:200]}", "look at its log")
    if status != 200 or "vitalstream_" not in metrics:
        return ABOUT.wrong(
            f"{place} is no worker's endpoint, or does not let us in (status {status})",
            "give http://USER:PASSWORD@HOST:PORT of VITALSTREAM_METRICS_PORT",
        )
    return ABOUT.ok(f"{place} makes progress; {', '.join(_figures(metrics))}")


def _figures(metrics: str) -> Iterator[str]:
    for name, words in TOLD.items():
        values = [line.rpartition(" ")[2] for line in metrics.splitlines() if line.startswith(f"{name}{{")]
        yield f"{sum(map(float, values)):,.0f} {words}"
