"""A real HTTP server on loopback that answers as a test wants it to."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Answer:
    """What to answer, and how slowly: before the head, and between pieces of the body."""

    body: bytes
    status: int = 200
    wait_s: float = 0.0
    drip_s: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Asked:
    """A request as it came."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]
    raw: str


Behaviour = Callable[[Asked], Answer]


@dataclass
class Endpoint:
    """Where it listens, what it does, and what it was asked."""

    url: str
    behave: Behaviour
    asked: list[Asked] = field(default_factory=list)


def completion(content: str) -> Answer:
    """A chat completion with this content."""
    return Answer(json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode())


def advice_of(asked: Asked) -> dict[str, str]:
    """The texts that were sent to be reworded."""
    texts: dict[str, str] = json.loads(asked.body["messages"][1]["content"])["advice"]
    return texts


def rewording(change: Callable[[str], str]) -> Behaviour:
    """Answers each text changed so."""
    return lambda asked: completion(json.dumps({k: change(v) for k, v in advice_of(asked).items()}))


@contextmanager
def serving() -> Iterator[Endpoint]:
    """A server of its own thread; `behave` may be set between requests."""
    endpoint = Endpoint("", rewording(lambda text: text))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["content-length"])).decode()
            asked = Asked(self.path, dict(self.headers.items()), json.loads(raw), raw)
            endpoint.asked.append(asked)
            self._send(endpoint.behave(asked))

        def _send(self, answer: Answer) -> None:
            time.sleep(answer.wait_s)
            try:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.end_headers()
                step = 1 if answer.drip_s else max(len(answer.body), 1)
                for start in range(0, len(answer.body), step):
                    self.wfile.write(answer.body[start : start + step])
                    time.sleep(answer.drip_s)
            except OSError:
                pass  # the client has gone

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    endpoint.url = f"http://127.0.0.1:{server.server_port}/v1"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield endpoint
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
