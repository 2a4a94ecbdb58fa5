"""Small promises about files: one holder at a time, whole or not at all, private."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from streams.errors import UserError


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock file `path`; waits for another process that holds it. Released when the holder dies."""
    try:
        import fcntl
    except ImportError:
        raise UserError(
            "the embedded stack runs on Linux and macOS: here, run Kafka and Redis with docker compose"
        ) from None
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def write_whole(path: Path, data: bytes) -> None:
    """Replace a file's content at once: a reader sees the old or the new, never a part. Mode 0600."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def private_folder(path: Path) -> Path:
    """The folder, made if need be, readable by its owner alone."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def last_lines(path: Path, count: int = 4, width: int = 200) -> str:
    """The end of a log as one line, for an error message."""
    lines = path.read_text(errors="replace").splitlines() if path.exists() else []
    return " | ".join(line.strip()[:width] for line in lines[-count:]) or "it wrote no log"
