"""Why a network said so: each piece of its row is taken away in turn, and the answer looked at again.

Occlusion (Zeiler and Fergus 2014) in one run of a network: a piece is a signal over a stretch of time,
and "taken away" means set to what is usual for this wearer, or to missing where nothing is usual. A
piece's share is how much of the answer went with it. Nothing here is random.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from models.deep.asks import Ask, Rows, Runner
from models.deep.glucose import STEP_MIN, STEPS
from models.deep.unusual import CHANNELS, MINUTES

HALF = MINUTES // 2
STRETCH = 10
"""Beats in a stretch of a rhythm window."""
_MINUTE = 60_000
_STEP_MS = STEP_MIN * _MINUTE
_SURE = 1e-6
GLUCOSE_STRETCHES = ((1, 4), (4, 12), (12, 24), (24, STEPS))
"""Steps before the newest reading: the last hour, the two before, the three before, the day before."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A signal over a stretch of time (ms UTC), and its share of the answer, 0..1."""

    signal: str
    start: int
    end: int
    share: float


@dataclass(frozen=True, slots=True)
class _Without:
    """A row less one piece."""

    signal: str
    start: int
    end: int
    row: Rows


def explain_all(asks: Sequence[Ask], networks: Runner) -> list[list[Piece]]:
    """Pieces of each question and their shares; none where nothing was for it, or it can't be explained.

    One run of each network on all rows: at most eleven a question.
    """
    found: dict[int, list[Piece]] = {}
    for model in dict.fromkeys(ask.model for ask in asks if ask.model in _EXPLAINED):
        own = [i for i, ask in enumerate(asks) if ask.model == model]
        without = [_EXPLAINED[model][0](asks[i]) for i in own]
        rows = [row for i, parts in zip(own, without, strict=True) for row in _rows(asks[i], parts)]
        answers = networks.run(model, np.stack(rows)).reshape(len(rows), -1)
        edges = np.cumsum([1 + len(parts) for parts in without])[:-1]
        for i, parts, told in zip(own, without, np.split(answers, edges), strict=True):
            found[i] = _pieces(asks[i], parts, told[:, asks[i].pick])
    return [found.get(i, []) for i in range(len(asks))]


def explain(ask: Ask, networks: Runner) -> list[Piece]:
    """Pieces of one question, as `explain_all` gives them."""
    return explain_all([ask], networks)[0]


def _rows(ask: Ask, without: list[_Without]) -> list[Rows]:
    return [ask.row, *(piece.row for piece in without)]


def _pieces(ask: Ask, without: list[_Without], answers: Rows) -> list[Piece]:
    """How much of the answer went with each piece; `answers` to the whole row, then to each without one."""
    scale = _EXPLAINED[ask.model][1]
    told = np.array([scale(float(answer)) for answer in answers])
    gone = np.maximum(told[0] - told[1:], 0.0)
    total = float(gone.sum())
    if not total:
        return []
    shares = (gone / total).round(3).tolist()
    return [Piece(w.signal, w.start, w.end, share) for w, share in zip(without, shares, strict=True)]


def _beats(ask: Ask) -> list[_Without]:
    """Ten beats at a time, made even."""
    ends = ask.start + np.cumsum(ask.row.astype(np.float64))
    edges = [ask.start, *(int(ends[i - 1]) for i in range(STRETCH, len(ask.row) + 1, STRETCH))]
    found = []
    for k in range(len(ask.row) // STRETCH):
        row = ask.row.copy()
        row[k * STRETCH : (k + 1) * STRETCH] = np.median(ask.row)
        found.append(_Without("ibi", edges[k], edges[k + 1], row))
    return found


def _glucose(ask: Ask) -> list[_Without]:
    """Stretches of readings made level with the newest, meals unsaid, time of day unknown."""
    now = ask.start + (STEPS - 1) * _STEP_MS
    found = []
    for near, far in GLUCOSE_STRETCHES:
        row = ask.row.copy()
        stretch = row[STEPS - far : STEPS - near, 0]
        if np.isnan(stretch).all():
            continue
        # The newest hour's course is made level; of what lies before, nobody knows.
        stretch[:] = ask.row[-1, 0] if near == 1 else np.nan
        found.append(_Without("glucose", now - (far - 1) * _STEP_MS, now - (near - 1) * _STEP_MS, row))
    for signal, channel in (("meal", 1), ("local_hour", 2)):
        if not np.isnan(ask.row[:, channel]).all():
            row = ask.row.copy()
            row[:, channel] = np.nan
            found.append(_Without(signal, ask.start, now, row))
    return found


def _hour(ask: Ask) -> list[_Without]:
    """One half of the hour of one signal at a time, as if it had not been measured."""
    found = []
    for channel, signal in enumerate(CHANNELS):
        for begin, end in ((0, HALF), (HALF, MINUTES)):
            if np.isnan(ask.row[begin:end, channel]).all():
                continue
            row = ask.row.copy()
            row[begin:end, channel] = np.nan
            found.append(_Without(signal, ask.start + begin * _MINUTE, ask.start + end * _MINUTE, row))
    return found


def _plain(answer: float) -> float:
    return answer


def _logit(probability: float) -> float:
    p = min(max(probability, _SURE), 1.0 - _SURE)
    return math.log(p / (1.0 - p))


Apart = Callable[[Ask], list[_Without]]
_EXPLAINED: dict[str, tuple[Apart, Callable[[float], float]]] = {
    "rhythm": (_beats, _logit),
    "glucose": (_glucose, _logit),
    "unusual": (_hour, _plain),
}
