from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.datasets.rr import load_record
from models.training.quality.artefacts import KINDS, REFRACTORY_MS, TRAINED, UNSEEN, Span, compare, plant
from models.training.quality.bursts import spoil
from tests.models.deep.hearts import fibrillation
from tests.models.training.recordings import write_record

REAL = fibrillation(5).ravel().astype(np.float64)


def rng() -> np.random.Generator:
    return np.random.default_rng(9)


def test_beats_without_artefacts_stay_as_they_are_on_the_clock_of_the_sensor() -> None:
    told = plant(REAL, [], 4.0, rng())

    assert np.abs(told.intervals - REAL).max() <= 4.0
    assert not told.wrong.any()
    assert told.beat.tolist() == list(range(REAL.size))


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_spoils_its_span_and_nothing_else(kind: str) -> None:
    told = plant(REAL, [Span(100, 200, kind, 1.0)], 1.0, rng())

    inside = (told.beat >= 100) & (told.beat < 200)
    assert told.wrong[inside].mean() > 0.2
    assert not told.wrong[~inside].any()
    assert told.intervals.min() >= REFRACTORY_MS
    assert told.intervals.sum() == pytest.approx(REAL.sum(), abs=2)


@pytest.mark.parametrize("kind", KINDS)
def test_a_stronger_artefact_makes_more_intervals_wrong(kind: str) -> None:
    weak, strong = (plant(REAL, [Span(0, 300, kind, s)], 1.0, rng()).wrong.sum() for s in (0.0, 1.0))

    assert weak < strong


def test_a_missed_an_added_and_a_moved_beat_are_wrong() -> None:
    true = np.arange(0.0, 8000.0, 800.0)
    missed, added, moved = np.delete(true, 3), np.sort(np.append(true, 2000.0)), true.copy()
    moved[5] += 100

    assert compare(true, missed).wrong.tolist() == [False, False, True, *[False] * 5]
    assert compare(true, added).wrong.sum() == 2
    assert compare(true, moved).wrong.tolist() == [*[False] * 4, True, True, *[False] * 3]
    assert compare(true, true + 20).wrong.sum() == 0


def test_some_kinds_are_kept_from_training() -> None:
    assert UNSEEN
    assert not TRAINED.keys() & UNSEEN.keys()


def test_bursts_cover_a_part_of_a_recording_and_carry_its_labels(tmp_path: Path) -> None:
    record = load_record(write_record(tmp_path, "a", [("N", 15_000), ("AFIB", 15_000)]))

    heard = spoil(record)

    assert 0.1 < (heard.kind != "").mean() < 0.5
    # Noise just before the end of a burst can hide the first beat after it.
    assert heard.wrong[heard.kind == ""].mean() < 0.002
    assert heard.record.intervals.size == heard.wrong.size == heard.record.rhythm.size
    assert heard.record.times_ms[heard.record.af][0] == pytest.approx(
        record.times_ms[record.af][0], abs=5_000
    )


def test_the_same_seed_gives_the_same_bursts_and_another_other_ones(tmp_path: Path) -> None:
    record = load_record(write_record(tmp_path, "a", [("N", 9_000)]))

    first, again, other = (spoil(record, seed=seed).record.intervals for seed in (1, 1, 2))

    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
