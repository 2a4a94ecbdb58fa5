"""The audit log on disk: rows appended and synced under a lock, so that several processes write one chain."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from io import BufferedWriter
from pathlib import Path

import msgspec

from exporters.access.chain import Entry, Head, Row, Verdict, head_of, line_of, row_of, seal, verify
from streams.malformed import MALFORMED
from streams.stack.files import exclusive, private_folder, write_whole

BLOCK_BYTES = 64 * 1024
TAIL_BYTES = 4 * 1024 * 1024  # more than one batch of rows: where the head's row is looked for


class AuditFile:
    """The log in `path`, with `path.head` (its end) and `path.lock` beside it; for their owner alone.

    Where the log does not end as the head says, the chain goes on from the head: what is missing stays
    evident. A part of a row at the end, from a power cut before the row was confirmed, is dropped.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: tuple[int, Head] | None = None

    def append(self, entries: Sequence[tuple[int, Entry]]) -> list[Head]:
        """Add a row for each (time in ms, entry), sync them, keep the head. Gives the rows' own heads.

        Raises OSError: none of them is confirmed then.
        """
        private_folder(self.path.parent)
        with exclusive(self._beside("lock")), _open_private(self.path) as file:
            known, self._known = self._known, None
            size = file.seek(0, os.SEEK_END)
            head = known[1] if known is not None and known[0] == size else self._end(size)
            rows = _sealed(entries, head)
            file.write(b"".join(map(line_of, rows)))
            file.flush()
            os.fsync(file.fileno())
            heads = [head_of(row) for row in rows]
            self._keep(heads[-1])
            self._known = file.tell(), heads[-1]
        return heads

    def verify(self, anchors: Sequence[Head] = ()) -> Verdict:
        """Check the whole chain as it is now; rows may be added meanwhile. Raises OSError."""
        if not self.path.parent.is_dir():
            return verify((), Head(), anchors)
        with exclusive(self._beside("lock")):
            kept = self._kept()
            size = self.path.stat().st_size if self.path.exists() else 0
        # Not under the lock: a long log takes long to check, and every answer waits for its row.
        return verify(self._lines(size), kept, anchors)

    def newest(self, limit: int, before: int | None = None) -> list[Row]:
        """Up to `limit` rows that are right in themselves, newest first, older than row `before`."""
        found: list[Row] = []
        for line in _backwards(self.path):
            row = row_of(line)
            if row is not None and (before is None or row.seq < before):
                found.append(row)
            if len(found) >= limit:
                break
        return found

    def _beside(self, kind: str) -> Path:
        return self.path.with_name(f"{self.path.name}.{kind}")

    def _lines(self, size: int) -> Iterator[bytes]:
        if size:
            with self.path.open("rb") as file:
                while file.tell() < size and (line := file.readline()):
                    yield line

    def _kept(self) -> Head | None:
        try:
            return msgspec.json.decode(self._beside("head").read_bytes(), type=Head)
        except (FileNotFoundError, *MALFORMED):
            return None

    def _keep(self, head: Head) -> None:
        write_whole(self._beside("head"), msgspec.json.encode(head))

    def _end(self, size: int) -> Head:
        """Where the chain goes on; a torn last row is cut off."""
        kept, lines = self._kept(), _tail(self.path)
        if kept is None:
            return self._begin(size, lines)
        torn = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        last = _last_that_follows(kept, [row_of(line) for line in lines])
        if torn and last is not None:
            os.truncate(self.path, size - len(torn))
        elif torn:
            _finish_line(self.path)
        return last or kept

    def _begin(self, size: int, lines: Sequence[bytes]) -> Head:
        # The head exists before the first row. Where a log has none it was taken away: that row of the
        # chain which comes next follows nothing, so that no later check finds the log whole.
        if not size:
            self._keep(Head())
            return Head()
        if not lines[-1].endswith(b"\n"):
            _finish_line(self.path)
        rows = [row for row in map(row_of, lines) if row is not None]
        return Head(rows[-1].seq if rows else 0, "")


def _open_private(path: Path) -> BufferedWriter:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    return os.fdopen(descriptor, "ab")


def _finish_line(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"\n")


def _tail(path: Path) -> list[bytes]:
    """The last lines of a file; the first of them may be a part of one."""
    with path.open("rb") as file:
        file.seek(max(0, file.seek(0, os.SEEK_END) - TAIL_BYTES))
        return file.readlines()


def _backwards(path: Path) -> Iterator[bytes]:
    """The whole lines of a file, last first; what follows the last line end is no line yet."""
    if not path.exists():
        return
    with path.open("rb") as file:
        place, rest = file.seek(0, os.SEEK_END), b""
        while place:
            size = min(BLOCK_BYTES, place)
            place = file.seek(place - size)
            parts = (file.read(size) + rest).splitlines(keepends=True)
            rest = parts.pop(0) if place else b""
            for line in reversed(parts):
                if line.endswith(b"\n"):
                    yield line


def _sealed(entries: Sequence[tuple[int, Entry]], head: Head) -> list[Row]:
    rows: list[Row] = []
    for time, entry in entries:
        rows.append(seal(entry, time, head))
        head = head_of(rows[-1])
    return rows


def _last_that_follows(kept: Head, rows: Sequence[Row | None]) -> Head | None:
    """The end of the rows that follow the kept head without a fault; None where its row is not there."""
    places = [place for place, row in enumerate(rows) if row is not None and head_of(row) == kept]
    if not places and kept.seq:
        return None
    for row in rows[places[-1] + 1 if places else 0 :]:
        if row is None or (row.seq, row.previous) != (kept.seq + 1, kept.hash):
            return None
        kept = head_of(row)
    return kept
