"""The hash chain of the audit log: rows as bytes, and what is wrong with a log. Pure.

A row's hash is SHA-256 over its canonical line with an empty hash in it; that line names the hash of the
row before. Any changed byte of a row breaks its own hash, any row removed, put in or moved breaks the
link of the next; rows missing at the end are found by the head, which is kept in a file of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import msgspec

from streams.malformed import MALFORMED

Outcome = Literal["done", "refused", "failed"]

START = "0" * 64
FAULTS = 20  # more are not told: the first says where to look


class Entry(msgspec.Struct, frozen=True, gc=False):
    """What is to be recorded: who did what to whose data, and what came of it."""

    who: str
    role: str
    action: str
    wearer: str | None = None
    outcome: Outcome = "done"
    detail: dict[str, str] = {}


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """One row of the audit log; `time` is the wall clock in ms UTC."""

    seq: int
    time: int
    who: str
    role: str
    action: str
    wearer: str | None
    outcome: Outcome
    detail: dict[str, str]
    previous: str
    hash: str


class Head(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """The end of a chain: number and hash of its newest row; what to keep elsewhere as an anchor."""

    seq: int = 0
    hash: str = START


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong, and at which line of the file (from 1)."""

    line: int
    what: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check found: count of lines, the last row's head, faults in the order of the file."""

    rows: int
    head: Head
    faults: tuple[Fault, ...]

    @property
    def whole(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def seal(entry: Entry, time: int, head: Head) -> Row:
    """The entry as the row after `head`."""
    row = Row(head.seq + 1, time, **msgspec.structs.asdict(entry), previous=head.hash, hash="")
    return msgspec.structs.replace(row, hash=_digest(row))


def head_of(row: Row) -> Head:
    """The head of a chain that ends with this row."""
    return Head(row.seq, row.hash)


def line_of(row: Row) -> bytes:
    """The one line that stands for this row in the file."""
    return msgspec.json.encode(row, order="deterministic") + b"\n"


def row_of(line: bytes) -> Row | None:
    """The row of a line; None unless it is, byte for byte, the line of a row whose own hash is right."""
    try:
        row = msgspec.json.decode(line, type=Row)
    except MALFORMED:
        return None
    whole = line_of(row) == line and row.hash == _digest(msgspec.structs.replace(row, hash=""))
    return row if whole else None


def verify(lines: Iterable[bytes], kept: Head | None, anchors: Iterable[Head] = ()) -> Verdict:
    """Check a log, line by line, against the kept head (None = it is missing) and anchors kept elsewhere."""
    asked = list(anchors)
    points = {head.seq for head in [*asked, *([kept] if kept else [])]}
    seen: dict[int, str] = {0: START}
    faults: list[Fault] = []
    last, number = Head(), 0
    for number, line in enumerate(lines, start=1):
        row = row_of(line)
        if row is None:
            _tell(faults, number, "the row is altered: its hash does not fit")
            last = Head(last.seq + 1, "")
            continue
        _tell(faults, number, _fault_of_link(row, last))
        last = head_of(row)
        if row.seq in points:
            seen[row.seq] = row.hash
    end = [_fault_of_end(number, last, kept, seen)]
    lost = [f"row {a.seq} of the anchor is missing or another" for a in asked if seen.get(a.seq) != a.hash]
    faults += [Fault(number, what) for what in [*end, *lost] if what]
    return Verdict(number, last, tuple(faults))


def _digest(row: Row) -> str:
    return hashlib.sha256(line_of(row)).hexdigest()


def _tell(faults: list[Fault], line: int, what: str) -> None:
    if what and len(faults) < FAULTS:
        faults.append(Fault(line, what))


def _fault_of_link(row: Row, last: Head) -> str:
    if row.seq > last.seq + 1:
        return f"rows {last.seq + 1} to {row.seq - 1} are missing before row {row.seq}"
    if row.seq <= last.seq:
        return f"row {row.seq} stands after row {last.seq}: rows were moved or put in"
    # An altered row has no hash to link to; that row is told already.
    if last.hash and row.previous != last.hash:
        return f"row {row.seq} does not follow the row before it, which was replaced"
    return ""


def _fault_of_end(rows: int, last: Head, kept: Head | None, seen: dict[int, str]) -> str:
    if kept is None:
        return "the head file is missing: rows cut off at the end can't be found" if rows else ""
    if last.seq < kept.seq:
        return f"rows {last.seq + 1} to {kept.seq} are missing at the end"
    return "" if seen.get(kept.seq) == kept.hash else f"row {kept.seq} is not the one that the head names"
