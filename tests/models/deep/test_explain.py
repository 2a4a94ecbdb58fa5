"""Explanations point at what was planted, are the same each time, and cost little."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from models.deep.asks import Ask
from models.deep.explain import STRETCH, Piece, explain, explain_all
from models.deep.glucose import OUTPUTS, STEP_MIN, STEPS
from models.deep.networks import Networks
from models.deep.unusual import CHANNELS
from models.risk.explained import explained
from models.training.unusual.explain import planted_hours
from streams.records import Alert, Contribution, Source
from tests.models.deep.hearts import fibrillation, sinus

START = 1_767_592_800_000
NOW = START + (STEPS - 1) * STEP_MIN * 60_000


@cache
def networks(name: str) -> Networks:
    return Networks.only(name)


class Each:
    """Runs the committed network of any name."""

    def run(self, name: str, rows: np.ndarray) -> np.ndarray:
        return networks(name).run(name, rows)


def one(ask: Ask) -> list[Piece]:
    return explain(ask, Each())


def rhythm(row: np.ndarray) -> Ask:
    return Ask("rhythm", START, START + int(row.sum()), row.astype(np.float32))


def glucose(course: np.ndarray, eaten: float = np.nan) -> Ask:
    row = np.full((STEPS, 3), eaten, np.float32)
    row[:, 0], row[:, 2] = course, 600.0
    return Ask("glucose", START, NOW, row, OUTPUTS.index("p_low"))


def test_planted_fibrillation_ranks_first():
    told = []
    for i, (calm, wild) in enumerate(zip(sinus(60), fibrillation(60), strict=True)):
        at, row = i % 4 * STRETCH, calm.copy()
        row[at : at + 3 * STRETCH] = wild[: 3 * STRETCH] / np.median(wild) * np.median(calm)
        if networks("rhythm").run("rhythm", row[None])[0] < 0.5:
            continue
        pieces = one(rhythm(row))
        first = max(range(len(pieces)), key=lambda k: pieces[k].share)
        told.append(at <= first * STRETCH < at + 3 * STRETCH)

    assert len(told) >= 15
    assert np.mean(told) >= 0.9


def test_a_planted_fall_of_glucose_ranks_first():
    rng, told = np.random.default_rng(3), []
    for level in np.linspace(100, 130, 20):
        course = level + rng.normal(0, 2, STEPS)
        course[-4:] = np.linspace(level, 78, 5)[1:]
        pieces = one(glucose(course, eaten=0.0))
        told.append(max(pieces, key=lambda piece: piece.share))

    newest = [piece.signal == "glucose" and piece.end == NOW for piece in told]
    assert np.mean(newest) >= 0.9


def ordinary_hours(count: int, seed: int = 5) -> np.ndarray:
    """Hours of five vitals that wander slowly about the own usual."""
    rng = np.random.default_rng(seed)
    rows, level = np.empty((count, 60, 5), np.float32), rng.normal(0, 0.5, (count, 5))
    for minute in range(60):
        level = 0.97 * level + rng.normal(0, 0.15, (count, 5))
        rows[:, minute] = level + rng.normal(0, 0.5, (count, 5))
    return rows


def test_the_planted_vital_of_an_unusual_hour_ranks_first_and_its_newest_half_hour():
    told = []
    for row, channel in zip(*planted_hours(ordinary_hours(200), seed=1, count=60), strict=True):
        pieces = one(Ask("unusual", START, START + 3_600_000, row))
        shares = {name: sum(p.share for p in pieces if p.signal == name) for name in CHANNELS}
        newest = max(pieces, key=lambda piece: piece.share).end == START + 3_600_000
        told.append((max(shares, key=shares.__getitem__) == CHANNELS[channel], newest))

    assert np.mean(told, axis=0).min() >= 0.9


def test_many_questions_are_explained_in_one_run_of_each_network():
    class Counting(Each):
        runs = 0

        def run(self, name: str, rows: np.ndarray) -> np.ndarray:
            self.runs += 1
            return super().run(name, rows)

    asks = [rhythm(row) for row in fibrillation(5)] + [glucose(np.linspace(160, 72, STEPS))]
    counting = Counting()

    together = explain_all(asks, counting)

    assert counting.runs == 2
    assert together == [one(ask) for ask in asks]


def test_a_network_that_has_no_pieces_is_not_explained():
    ask = Ask("diabetes", START, START, np.zeros(11, np.float32))

    assert explain(ask, Each()) == []


def test_the_pieces_of_a_window_cover_it_and_their_shares_add_up():
    row = fibrillation(1)[0]

    pieces = one(rhythm(row))

    assert [piece.signal for piece in pieces] == ["ibi"] * 6
    assert (pieces[0].start, pieces[-1].end) == (START, START + int(row.sum()))
    assert all(a.end == b.start for a, b in pairwise(pieces))
    assert sum(piece.share for piece in pieces) == pytest.approx(1.0, abs=0.01)


def test_an_explanation_is_the_same_each_time():
    ask = rhythm(fibrillation(1)[0])

    assert one(ask) == one(ask)


def test_what_speaks_for_nothing_is_not_explained():
    even = np.full(60, 800.0, np.float32)

    assert one(rhythm(even)) == []


def test_what_nobody_said_has_no_piece():
    course = np.full(STEPS, np.nan)
    course[-12:] = np.linspace(140, 75, 12)

    pieces = one(glucose(course))

    assert "meal" not in {piece.signal for piece in pieces}
    assert len([piece for piece in pieces if piece.signal == "glucose"]) == 2


def alert(*contributions: Contribution) -> Alert:
    source = Source("vitals", 0, 1)
    return Alert(
        "a", 1, "ann", "rhythm", "raised", "medium", "t", 0, 0, source, contributions=list(contributions)
    )


def test_an_alert_tells_the_largest_share_first_and_when():
    told = alert(Contribution("hr", 80, "1/min"), Contribution("meal", 1, "1"), Contribution("ibi", 7, "ms"))
    pieces = [Piece("ibi", 0, 5, 0.6), Piece("ibi", 5, 9, 0.3), Piece("meal", 0, 9, 0.1)]

    found = explained(told, pieces).contributions

    assert [(c.signal, c.share) for c in found] == [("ibi", 0.9), ("meal", 0.1), ("hr", None)]
    assert [(s.start, s.end, s.share) for s in found[0].stretches] == [(0, 5, 0.6), (5, 9, 0.3)]


def test_an_alert_without_pieces_stays_as_it_was():
    told = alert(Contribution("hr", 80, "1/min", share=1.0))

    assert explained(told, []) == told
