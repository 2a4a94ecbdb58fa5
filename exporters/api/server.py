"""uvicorn in this process: its own socket, and a stop that does not wait for streams."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from starlette.applications import Starlette

from streams.settings import Settings

STOP_S = 3
"""What requests have to end after a stop was asked for."""
DEAD_S = 60
"""The kernel drops a connection whose other side has taken nothing for so long (Linux)."""
SEND_BYTES = 128 * 1024
"""What the kernel keeps for a connection that is slow; Linux doubles it."""
LARGEST_MESSAGE = 16 * 1024


class ApiServer(uvicorn.Server):
    """Has its port at once, and serves in `serve()` until `stop()`; the caller handles signals.

    Raises:
        OSError: the address is taken or not this machine's, or the certificate can't be read.
    """

    def __init__(self, app: Starlette, settings: Settings) -> None:
        cert, key = settings.api_tls_cert, settings.api_tls_key
        config = uvicorn.Config(
            app,
            lifespan="on",
            # Our own log, which tells of an error no more than its class and place.
            log_config=None,
            log_level="warning",
            # Addresses name wearers: no line for each request.
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=STOP_S,
            ws_max_size=LARGEST_MESSAGE,
            ws_per_message_deflate=False,
            ssl_certfile=cert,
            ssl_keyfile=key,
        )
        config.load()
        super().__init__(config)
        self._app = app
        self._socket = listener(settings.bind, settings.api_port)
        self.listening = asyncio.Event()

    @property
    def address(self) -> str:
        """Where it listens, as a URL."""
        host, port = self._socket.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        return f"{'https' if self.config.is_ssl else 'http'}://{shown}:{port}"

    async def run_until_stopped(self) -> None:
        """Serve."""
        await self.serve([self._socket])

    def stop(self) -> None:
        """End, streams first: their readers go on at the next server by id."""
        self.should_exit = True

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn, and tell who waits for it."""
        await super().startup(sockets)
        self.listening.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """As uvicorn, which would wait for streams that never end by themselves."""
        self._app.state.feed.stop()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the caller's: uvicorn would raise them again after a clean end."""
        yield


def listener(bind: str, port: int) -> socket.socket:
    """A bound socket whose connections the kernel drops when nothing is taken for `DEAD_S`."""
    family, _, _, _, where = socket.getaddrinfo(bind, port, type=socket.SOCK_STREAM)[0]
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # Accepted connections inherit this and the next. Linux gives up to 4 MB to one that takes nothing.
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BYTES)
        patience: Any = getattr(socket, "TCP_USER_TIMEOUT", None)
        if patience is not None:
            # asyncio closes a connection only once all is written: a reader that has stopped would keep its
            # buffer for ever.
            sock.setsockopt(socket.IPPROTO_TCP, patience, DEAD_S * 1000)
        sock.bind(where)
    except OSError:
        sock.close()
        raise
    return sock
