"""Silent wearers are looked at again, on a grid that their silence begins."""

from __future__ import annotations

from models.wearer import Wearer
from streams.engine.scoring.nudges import EVERY_MS, LONGEST_MS, Nudges

PATIENCE = 1_800_000
HEARD = 10_000_000
SILENT = HEARD + PATIENCE


def silent(heard: int = HEARD) -> Wearer:
    wearer = Wearer("w")
    wearer.seen.heard, wearer.seen.silent = heard, True
    return wearer


def test_a_silent_wearer_is_looked_at_every_five_minutes() -> None:
    nudges, wearer = Nudges(PATIENCE), silent()
    nudges.watch(wearer, SILENT)

    looks = [bool(nudges.due(SILENT + minutes * 60_000)) for minutes in (4, 5, 6, 9, 10, 22, 24, 25)]

    assert looks == [False, True, False, False, True, True, False, True]


def test_whenever_it_is_watched_the_grid_is_the_same() -> None:
    early, late, wearer = Nudges(PATIENCE), Nudges(PATIENCE), silent()
    early.watch(wearer, SILENT)
    early.due(SILENT + 12 * 60_000)

    late.watch(wearer, SILENT + 12 * 60_000)

    assert [bool(early.due(SILENT + m * 60_000)) for m in (14, 15)] == [False, True]
    assert [bool(late.due(SILENT + m * 60_000)) for m in (14, 15)] == [False, True]


def test_who_is_heard_again_is_not_looked_at() -> None:
    nudges, wearer = Nudges(PATIENCE), silent()
    nudges.watch(wearer, SILENT)
    wearer.seen.silent = False

    assert nudges.due(SILENT + EVERY_MS) == []


def test_another_silence_has_a_grid_of_its_own() -> None:
    nudges, wearer = Nudges(PATIENCE), silent()
    nudges.watch(wearer, SILENT)
    wearer.seen.heard = HEARD + 60_000
    nudges.watch(wearer, SILENT + 60_000)

    assert nudges.due(SILENT + EVERY_MS) == []
    assert nudges.due(SILENT + EVERY_MS + 60_000) == [wearer]


def test_looks_end_after_a_day() -> None:
    nudges, wearer = Nudges(PATIENCE), silent()
    nudges.watch(wearer, SILENT)

    assert nudges.due(SILENT + LONGEST_MS) == [wearer]
    assert nudges.due(SILENT + 2 * LONGEST_MS) == []
