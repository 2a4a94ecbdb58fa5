"""The HTTP endpoint of a worker: /metrics for Prometheus, /healthz for a supervisor."""

from __future__ import annotations

import copy
import socket
import threading
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.exposition import ThreadingWSGIServer, choose_encoder

from exporters.metrics.door import Busy, MetricsDoor

if TYPE_CHECKING:
    import ssl
    from wsgiref.types import StartResponse, WSGIEnvironment

Health = Callable[[], str | None]
"""None while there is progress, else what stands still. Called from the server's threads."""

Answer = tuple[str, str, bytes]
PLAIN = "text/plain; charset=utf-8"
WHO = "401 Unauthorized"


class MetricsServer:
    """Serves `/metrics` and `/healthz` from threads of its own, so that it answers while the loop is busy.

    `/healthz` means progress, not life: 200 while `health()` gives None, else 503 with its words.
    `port` is the real one, also when 0 (any free port) was asked for. By `door` it speaks TLS and asks who
    wants metrics; `/healthz`, which tells nothing else, asks nobody.

    Raises:
        OSError: the address is taken or not this machine's.
    """

    def __init__(
        self,
        registry: CollectorRegistry,
        health: Health,
        *,
        bind: str = "127.0.0.1",
        port: int = 0,
        door: MetricsDoor | None = None,
    ) -> None:
        door = door or MetricsDoor()
        application = _Application(registry, health, door)
        self._server = make_server(bind, port, application, _server_class(bind, door.context), _QuietHandler)
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


SILENCE_S = 10
"""How long a silent client may hold a thread."""


class _QuietHandler(WSGIRequestHandler):
    timeout = SILENCE_S

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Scrapes are not worth a log line."""


class _Server(ThreadingWSGIServer):
    """Speaks TLS in the thread of the request: whoever never ends a handshake holds up nobody else."""

    context: ssl.SSLContext | None = None

    def finish_request(self, request: Any, client_address: Any) -> None:
        if self.context is None:
            super().finish_request(request, client_address)
            return
        request.settimeout(SILENCE_S)
        try:
            wire = self.context.wrap_socket(request, server_side=True)
        except OSError:
            return  # no TLS, or a client that does not trust this certificate: it has been told
        with wire:
            super().finish_request(wire, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that goes away is not worth a traceback."""


def _server_class(bind: str, context: ssl.SSLContext | None) -> type[WSGIServer]:
    family = socket.getaddrinfo(bind, None, type=socket.SOCK_STREAM)[0][0]
    return type("MetricsHTTPServer", (_Server,), {"address_family": family, "context": context})


class _Application:
    """The WSGI application: two pages to read."""

    def __init__(self, registry: CollectorRegistry, health: Health, door: MetricsDoor) -> None:
        self._collector = _WithoutCreated(registry)
        self._health = health
        self._door = door

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        status, content_type, body = self._answer(environ)
        headers = [("Content-Type", content_type), ("Content-Length", str(len(body)))]
        if status is WHO:
            headers.append(("WWW-Authenticate", 'Basic realm="metrics", charset="UTF-8"'))
        start_response(status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]

    def _answer(self, environ: WSGIEnvironment) -> Answer:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return "405 Method Not Allowed", PLAIN, b"read only\n"
        if environ["PATH_INFO"] == "/metrics":
            return self._asked(environ)
        if environ["PATH_INFO"] == "/healthz":
            return self._healthz()
        return "404 Not Found", PLAIN, b"/metrics or /healthz\n"

    def _asked(self, environ: WSGIEnvironment) -> Answer:
        try:
            known = self._door.lets_in(environ.get("HTTP_AUTHORIZATION"))
        except Busy:
            return "429 Too Many Requests", PLAIN, b"too many passwords are being tried\n"
        if not known:
            return WHO, PLAIN, b"a user of VITALSTREAM_METRICS_USERS, please\n"
        return self._metrics(environ.get("HTTP_ACCEPT", ""))

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
