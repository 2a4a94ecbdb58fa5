"""How a trace is kept: a quarter of its JSON, and read back for hundreds of moments at once."""

from __future__ import annotations

import math
from array import array
from collections.abc import Sequence
from itertools import groupby

import msgspec
import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

from streams.records import Reading, Trace

FIELDS = ("value", "usual", "low", "high", "quality")
"""The numbers of a reading, in the order in which they are packed."""
DIGITS = 3
"""Decimals that are told; single precision keeps them for every signal of the catalogue."""

_WIDTH = len(FIELDS)
_UNKNOWN = math.nan


class Kept(Struct, array_like=True, frozen=True, gc=False):
    """A trace without its wearer and time, which are the key of its row."""

    level: str
    context: str
    utc_offset: int
    unusual: float | None
    names: str
    """Signals in alphabetical order, joined by blanks."""
    numbers: bytes
    """For each signal its `FIELDS` as single-precision floats; NaN = not known."""
    causes: dict[str, str]


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Kept).decode


def pack(trace: Trace) -> bytes:
    """The body under which a trace is kept: some 20 bytes and 20 for each signal.

    Raises:
        ValueError: a signal has a name that can't be kept.
    """
    names = sorted(trace.signals)
    if " ".join(names).split() != names:
        raise ValueError("a signal's name has blanks, or no letter")
    numbers = array("f")
    for name in names:
        numbers.extend(map(_known, _numbers(trace.signals[name])))
    causes = {name: trace.signals[name].cause for name in names if trace.signals[name].cause}
    kept = Kept(
        trace.level,
        trace.context,
        trace.utc_offset,
        trace.unusual,
        " ".join(names),
        numbers.tobytes(),
        causes,
    )
    return _encode(kept)


def unpack(wearer: str, time: int, body: bytes) -> Trace:
    """The trace again, its numbers to `DIGITS` decimals.

    Raises:
        msgspec.MsgspecError, ValueError: the body is none that `pack` made.
    """
    kept = _decode(body)
    table = np.frombuffer(kept.numbers, np.float32).reshape(-1, _WIDTH).astype(float).round(DIGITS)
    signals = {
        name: _reading(row, kept.causes.get(name, ""))
        for name, row in zip(kept.names.split(), table.tolist(), strict=True)
    }
    return Trace(wearer, time, kept.level, kept.context, kept.utc_offset, kept.unusual, signals)  # type: ignore[arg-type]


class Columns(Struct, frozen=True):
    """Many traces of one wearer, oldest first: an array for each signal, all of the length of `time`."""

    time: NDArray[np.int64]
    context: list[str]
    numbers: dict[str, NDArray[np.float64]]
    """Signal to (moments, `FIELDS`); NaN = not known."""
    causes: dict[str, list[str]]


def columns(rows: Sequence[tuple[int, bytes]], wanted: frozenset[str] | None = None) -> Columns:
    """Traces as (time, body), ascending, of the wanted signals; None = of all that occur."""
    kept = [_decode(body) for _, body in rows]
    numbers: dict[str, NDArray[np.float64]] = {}
    start = 0
    # Neighbours mostly tell the same signals: each such run is read at once.
    for names, run in groupby(kept, key=lambda one: one.names):
        members, signals = list(run), names.split()
        stop = start + len(members)
        blocks = np.frombuffer(b"".join(one.numbers for one in members), np.float32)
        for at, name in enumerate(signals):
            if wanted is None or name in wanted:
                whole = numbers.setdefault(name, np.full((len(kept), _WIDTH), np.nan))
                whole[start:stop] = blocks.reshape(len(members), len(signals), _WIDTH)[:, at]
        start = stop
    return Columns(
        np.fromiter((time for time, _ in rows), np.int64, len(rows)),
        [one.context for one in kept],
        numbers,
        {name: [one.causes.get(name, "") for one in kept] for name in numbers},
    )


def _numbers(reading: Reading) -> tuple[float | None, ...]:
    return reading.value, reading.usual, reading.low, reading.high, reading.quality


def _known(number: float | None) -> float:
    return _UNKNOWN if number is None else number


def _reading(row: Sequence[float], cause: str) -> Reading:
    value, usual, low, high, quality = (None if math.isnan(number) else number for number in row)
    return Reading(value, usual, low, high, quality, cause)
