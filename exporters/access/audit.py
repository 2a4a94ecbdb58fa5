"""The audit log of a running service: rows wait in a queue, one thread writes them in batches.

The event loop never waits for the disk. Who must know that a row is kept (an answer, a break-glass)
awaits `write`; `note` comes back at once, unless very many rows wait.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

import msgspec

from exporters.access.audit_file import AuditFile
from exporters.access.chain import Entry, Head, Row, Verdict

BATCH = 1_000  # rows synced at once
WAITING = 10_000  # rows that may wait before who notes one waits too
PAUSE_S = 1.0  # between attempts while the disk refuses
LONGEST = 200  # characters kept of any text: a stranger's request chooses some of them
LONGEST_OF_COMMANDS = 1_000_000

log = logging.getLogger(__name__)

Waiting = tuple[int, Entry, Future[Head] | None]


class AuditUnavailable(Exception):
    """The audit log can't be written: what has to stand in it must not happen."""

    def __init__(self) -> None:
        super().__init__("the audit log can't be written: its disk may be full or not writable")


class AuditLog:
    """Writes to the log in `path`; `broken` while its disk refuses."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self.broken = False
        self._file = AuditFile(path)
        self._clock = clock
        self._waiting: deque[Waiting] = deque()
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closing = False

    async def write(self, entry: Entry) -> Head:
        """Append a row and wait until it is on disk. Raises AuditUnavailable."""
        kept: Future[Head] = Future()
        self._add(entry, kept)
        return await asyncio.wrap_future(kept)

    async def note(self, entry: Entry) -> None:
        """Append a row soon. Raises AuditUnavailable where it would have to wait and can't be written."""
        if self.broken or len(self._waiting) >= WAITING:
            await self.write(entry)
        else:
            self._add(entry, None)

    def write_now(self, entry: Entry) -> Head:
        """Append a row from a command, without a thread. Raises AuditUnavailable."""
        try:
            # Nothing of it comes from a stranger: a grant names all of its wearers, however many.
            return self._file.append([self._timed(entry, LONGEST_OF_COMMANDS)])[0]
        except OSError as error:
            raise AuditUnavailable from error

    def verify(self, anchors: Sequence[Head] = ()) -> Verdict:
        """Check the whole chain. Raises OSError."""
        return self._file.verify(anchors)

    def newest(self, limit: int, before: int | None = None) -> list[Row]:
        """Up to `limit` rows, newest first, older than row `before`; reads the disk."""
        return self._file.newest(limit, before)

    def close(self) -> None:
        """Write what waits, and end the thread. A later row starts it again."""
        with self._wake:
            self._closing = True
            self._wake.notify()
            thread, self._thread = self._thread, None
        if thread is not None:
            thread.join()

    def _timed(self, entry: Entry, longest: int = LONGEST) -> tuple[int, Entry]:
        return int(self._clock() * 1000), _plain(entry, longest)

    def _add(self, entry: Entry, kept: Future[Head] | None) -> None:
        time_ms, entry = self._timed(entry)
        with self._wake:
            self._waiting.append((time_ms, entry, kept))
            if self._thread is None:
                self._closing = False
                self._thread = threading.Thread(target=self._work, name="audit", daemon=True)
                self._thread.start()
            self._wake.notify()

    def _work(self) -> None:
        while batch := self._next_batch():
            try:
                heads = self._file.append([(time_ms, entry) for time_ms, entry, _kept in batch])
            except Exception as error:
                if not self._failed(batch, error):
                    return
            else:
                self.broken = False
                for (_time, _entry, kept), head in zip(batch, heads, strict=True):
                    if kept is not None:
                        kept.set_result(head)

    def _next_batch(self) -> list[Waiting]:
        with self._wake:
            self._wake.wait_for(lambda: self._waiting or self._closing)
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
        # Who no longer waits leaves a row all the same, and a future that must not be set.
        return [(at, entry, kept if kept and _begun(kept) else None) for at, entry, kept in batch]

    def _failed(self, batch: list[Waiting], error: Exception) -> bool:
        """Who waits is told; what was only noted is tried again, unless the log is closing."""
        if not self.broken:
            log.error("the audit log can't be written: %s", type(error).__name__)
        self.broken = True
        for _time, _entry, kept in batch:
            if kept is not None:
                kept.set_exception(AuditUnavailable())
        with self._wake:
            self._waiting.extendleft(reversed([waiting for waiting in batch if waiting[2] is None]))
            self._wake.wait_for(lambda: self._closing, PAUSE_S)
            return not self._closing


def _begun(kept: Future[Head]) -> bool:
    return kept.running() or kept.set_running_or_notify_cancel()


def _plain(entry: Entry, longest: int) -> Entry:
    """The entry with every text short and encodable."""
    return msgspec.structs.replace(
        entry,
        who=_text(entry.who, longest),
        wearer=None if entry.wearer is None else _text(entry.wearer, longest),
        detail={name: _text(value, longest) for name, value in entry.detail.items()},
    )


def _text(value: str, longest: int) -> str:
    return value[:longest].encode("utf-8", "replace").decode()
