"""A publisher on this machine: serves bytes, and can cut a connection or refuse for a while."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Publisher:
    """What is served, and what goes wrong."""

    files: dict[str, bytes]
    url: str = ""
    cut_after: list[int] = field(default_factory=list)
    """For each answer to come, how many bytes are sent before the connection ends."""
    refuse: list[int] = field(default_factory=list)
    """Status of the next answers, before anything is served."""
    asked: list[str | None] = field(default_factory=list)
    """The Range that each request asked for."""


@contextmanager
def published(files: dict[str, bytes]) -> Iterator[Publisher]:
    """Serve the files on loopback."""
    publisher = Publisher(files)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            _answer(self, publisher)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    publisher.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield publisher
    finally:
        server.shutdown()
        server.server_close()


def _answer(request: BaseHTTPRequestHandler, publisher: Publisher) -> None:
    wanted = request.headers["Range"]
    publisher.asked.append(wanted)
    whole = publisher.files.get(request.path.lstrip("/"))
    if publisher.refuse or whole is None:
        request.send_error(publisher.refuse.pop(0) if publisher.refuse else 404)
        return
    start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted else 0
    if start and start >= len(whole):
        request.send_error(416)
        return
    rest = whole[start:]
    request.send_response(206 if wanted else 200)
    request.send_header("Content-Length", str(len(rest)))
    request.end_headers()
    request.wfile.write(rest[: publisher.cut_after.pop(0)] if publisher.cut_after else rest)
