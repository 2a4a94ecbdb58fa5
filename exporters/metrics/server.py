"""The HTTP endpoint of a worker: /metrics for Prometheus, /healthz for a supervisor."""

from __future__ import annotations

import copy
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import ThreadingWSGIServer, choose_encoder

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

Health = Callable[[], str | None]
"""None while there is progress, else what stands still. Called from the server's threads."""

Answer = tuple[str, str, bytes]
PLAIN = "text/plain; charset=utf-8"


class MetricsServer:
    """Serves `/metrics` and `/healthz` from threads of its own, so that it answers while the loop is busy.

    `/healthz` means progress, not life: 200 while `health()` gives None, else 503 with its words.
    `port` is the real one, also when 0 (any free port) was asked for.

    Raises:
        OSError: the address is taken or not this machine's.
    """

    def __init__(
        self, registry: CollectorRegistry, health: Health, *, bind: str = "127.0.0.1", port: int = 0
    ) -> None:
        application = _Application(registry, health)
        self._server = make_server(bind, port, application, _server_class(bind), _QuietHandler)
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="metrics", daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop listening; returns when the listener is gone."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _QuietHandler(WSGIRequestHandler):
    timeout = 10  # seconds that a silent client may hold a thread

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Scrapes are not worth a log line."""


def _server_class(bind: str) -> type[WSGIServer]:
    family = socket.getaddrinfo(bind, None, type=socket.SOCK_STREAM)[0][0]
    return type("MetricsHTTPServer", (ThreadingWSGIServer,), {"address_family": family})


class _Application:
    """The WSGI application: two pages to read."""

    def __init__(self, registry: CollectorRegistry, health: Health) -> None:
        self._collector = _WithoutCreated(registry)
        self._health = health

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        status, content_type, body = self._answer(environ)
        start_response(status, [("Content-Type", content_type), ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return "405 Method Not Allowed", PLAIN, b"read only\n"
        if environ["PATH_INFO"] == "/metrics":
            return self._metrics(environ.get("HTTP_ACCEPT", ""))
        if environ["PATH_INFO"] == "/healthz":
            return self._healthz()
        return "404 Not Found", PLAIN, b"/metrics or /healthz\n"

    def _metrics(self, accept: str) -> Answer:
        encode, content_type = choose_encoder(accept)
        return "200 OK", content_type, encode(self._collector)

    def _healthz(self) -> Answer:
        trouble = self._health()
        if trouble is None:
            return "200 OK", PLAIN, b"ok\n"
        return "503 Service Unavailable", PLAIN, f"{trouble}\n".encode()


class _WithoutCreated:
    """A registry less the `_created` samples: one more series for each counter that nobody reads."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry

    def collect(self) -> Iterator[Metric]:
        for metric in self._registry.collect():
            slim = copy.copy(metric)
            slim.samples = [sample for sample in metric.samples if not sample.name.endswith("_created")]
            yield slim
