"""Fetches a file from its publisher: tries again, goes on where it was cut, checks it at the end."""

from __future__ import annotations

import hashlib
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError

from streams.errors import UserError

TIMEOUT_S = 60
TRIES = 5
_PIECE = 1 << 16
_GONE = range(400, 500)
_LATER = (408, 425, 429)
"""Answers that another try may change; other refusals are final."""

Progress = Callable[[int, int], None]
"""Hears bytes there, bytes in all (0 when unknown)."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a publisher; `sha256` of what is served, where it is known."""

    url: str
    name: str
    sha256: str | None = None


def fetch(file: File, to: Path, wait_s: float = 1.0) -> None:
    """Fetch a file into its place, unless it is there already. Raises UserError in one line.

    What was received before a cut stays beside it as `NAME.part`, and the next try, also of a later call,
    goes on from there.
    """
    if to.exists() and (file.sha256 is None or _digest(to) == file.sha256):
        return
    part = to.with_name(f"{to.name}.part")
    with _shown(file.name) as progress:
        _receive(file.url, part, progress, wait_s)
    if file.sha256 is not None and (digest := _digest(part)) != file.sha256:
        part.unlink()
        raise UserError(f"{file.url}: the content changed (sha256 {digest[:12]}, not {file.sha256[:12]})")
    part.replace(to)


def _receive(url: str, part: Path, progress: Progress, wait_s: float) -> None:
    for tried in range(1, TRIES + 1):
        try:
            _go_on(url, part, progress)
            return
        except OSError as error:  # urllib's URLError and http.client's cuts are among them
            final = isinstance(error, HTTPError) and error.code in _GONE and error.code not in _LATER
            if final or tried == TRIES:
                reason = getattr(error, "reason", None) or error
                kept = f"; what came is kept in {part}" if part.exists() else ""
                raise UserError(f"{url}: {reason}{kept}") from error
            time.sleep(wait_s * 2 ** (tried - 1))


def _go_on(url: str, part: Path, progress: Progress) -> None:
    there = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={there}-"} if there else {})
    try:
        answer = urllib.request.urlopen(request, timeout=TIMEOUT_S)
    except HTTPError as error:
        if there and error.code == 416:  # nothing is left to send
            return
        raise
    with answer:
        resumed = answer.status == 206
        done = there if resumed else 0
        length = answer.headers.get("Content-Length")
        total = done + int(length) if length else 0
        with part.open("ab" if resumed else "wb") as out:
            while piece := answer.read(_PIECE):
                out.write(piece)
                done += len(piece)
                progress(done, total)
    if total and done < total:
        raise ConnectionError(f"cut after {done} of {total} bytes")


def _digest(path: Path) -> str:
    with path.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


@contextmanager
def _shown(name: str) -> Iterator[Progress]:
    """A progress bar on stderr."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        task = bars.add_task(name, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total or None)
