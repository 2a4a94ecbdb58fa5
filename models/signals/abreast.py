"""Tracks of one device that go abreast: as most devices measure most signals at the same times, the window
work of one serves the others.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from models.signals.counts import Counts
from models.signals.runs import Runs, Times
from models.signals.windows import Track, Window


class Stand(NamedTuple):
    """Where a track stands, but for the values of its samples."""

    runs: Runs
    newest: int
    closed: int
    last: int
    ordered: bool


class Step(NamedTuple):
    """What evenly measured samples made of a track."""

    times: range
    spoken: int
    before: Stand
    after: Stand
    windows: Sequence[Window]


class Abreast:
    """Takes the columns of one packet into their tracks, one after the other."""

    __slots__ = ("_lateness", "_step")

    def __init__(self, lateness: int) -> None:
        """`lateness` in ms."""
        self._lateness = lateness
        self._step: Step | None = None

    def take(
        self, track: Track, signal: str, times: Sequence[int] | Times, counts: Counts, spoken: int
    ) -> tuple[int, Sequence[Window]]:
        """Put samples into a track whose device has spoken for up to `spoken` (ms UTC) with them.

        Gives how many were late, and the minutes that this closes: as `Track.add` and `Track.close` would.
        """
        step = self._step
        if step and times == step.times and spoken == step.spoken and _stands(track, step.before):
            return 0, _follow(track, signal, counts, step)
        # Samples that are sorted anew when their minute closes are sorted by their values too.
        even = isinstance(times, range) and track.ordered and (times[0] > track.last or not track.runs)
        before = _stand(track) if even else None
        late = track.add(times, counts)
        windows = track.close(signal, spoken, self._lateness)
        if before and isinstance(times, range) and not late:
            self._step = Step(times, spoken, before, _stand(track), windows)
        return late, windows


def _stand(track: Track) -> Stand:
    return Stand(track.runs[:], track.newest, track.closed, track.last, track.ordered)


def _stands(track: Track, there: Stand) -> bool:
    runs, newest, closed, last, ordered = there
    return (
        track.closed == closed
        and track.last == last
        and track.newest == newest
        and track.ordered == ordered
        and track.runs == runs
    )


def _follow(track: Track, signal: str, counts: Counts, step: Step) -> Sequence[Window]:
    """Go as the other track went."""
    runs, track.newest, track.closed, track.last, track.ordered = step.after
    held = track.counts
    track.runs = runs[:]
    held.extend(counts)
    windows, at = [], 0
    for window in step.windows:
        end = at + len(window.counts)
        windows.append(Window(signal, window.minute, window.times, held[at:end]))
        at = end
    del held[:at]
    return windows
