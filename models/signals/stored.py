"""Open samples as plain data, for storing: small numbers beside what they are near to."""

from __future__ import annotations

from array import array

import msgspec

from models.signals.runs import CHAINED, SIXTEENTHS, Runs, triples
from models.signals.windows import MINUTE, Track


class TrackSnapshot(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A track as plain data, its times beside the newest of its device."""

    counts: bytes
    """16 bits each, little-endian."""
    runs: list[int]
    """Start, step and count of each; the start beside what is closed."""
    behind: int
    """By how much the newest time lies before the device's, ms."""
    open: int
    """Minutes from what is closed to the newest time's."""
    ordered: bool


def dump_track(track: Track, newest: int) -> TrackSnapshot:
    """A track of a device that has spoken for up to `newest`, ms UTC."""
    return TrackSnapshot(
        track.counts.tobytes(),
        _shifted(track.runs, -track.closed),
        newest - track.newest,
        track.newest // MINUTE - track.closed // MINUTE,
        track.ordered,
    )


def load_track(stored: TrackSnapshot, newest: int) -> Track:
    """The track that was dumped."""
    spoken = newest - stored.behind
    closed = (spoken // MINUTE - stored.open) * MINUTE
    track = Track(
        array("H", stored.counts), array("q", _shifted(array("q", stored.runs), closed)), spoken, closed
    )
    track.ordered = stored.ordered
    track.last = int(track.times[-1]) if track.counts else 0
    return track


def _shifted(runs: Runs, by: int) -> list[int]:
    out: list[int] = []
    for start, step, count in triples(runs):
        out += (start + (by * SIXTEENTHS if step == CHAINED else by), step, count)
    return out
