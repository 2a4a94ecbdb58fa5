from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.datasets.rr import load_record
from models.datasets.tables import DatasetError
from models.deep.rhythm import BEATS
from models.deep.synth import RHYTHM_ROW
from models.training.metrics import auprc, auroc
from models.training.synth.classifier import train_classifier
from models.training.synth.glucose import KIND as GLUCOSE
from models.training.synth.judge import Trial, figures, judged, made_up
from models.training.synth.kinds import Person
from models.training.synth.look import look
from models.training.synth.rhythm import KIND as RHYTHM
from models.training.synth.rhythm import cut
from tests.models.training.recordings import write_record
from tests.models.training.series import write_series

Rows = NDArray[np.float32]


def steady(rows: Rows) -> Rows:
    """A poor generator: the usual interval again and again."""
    assert rows.shape[1] == RHYTHM_ROW
    return np.repeat(rows[:, -1:], BEATS, axis=1)


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> list[Person]:
    folder = tmp_path_factory.mktemp("rr")
    for name in ("a", "b", "c", "d"):
        write_record(folder, name, [("N", 200), ("AFIB", 100)] * 6, fs=128)
    return RHYTHM.people(folder, None)


def test_windows_of_change_hold_both_rhythms(tmp_path: Path) -> None:
    record = load_record(write_record(tmp_path, "a", [("N", 90), ("AFIB", 30), ("N", 60)]))

    windows = cut(record, BEATS)

    assert windows.rare.tolist() == [False, True, False]
    assert windows.condition[1, :BEATS].tolist() == [0.0] * 30 + [1.0] * 30


def test_figures_are_those_of_the_plain_metrics() -> None:
    rng = np.random.default_rng(0)
    rare = rng.random(400) < 0.1
    said = rng.normal(size=(400, 2, 3)) + rare[:, None, None]

    found = figures(rare, said)

    assert found["auroc_real"] == pytest.approx(np.mean([auroc(said[:, s, 0], rare) for s in (0, 1)]))
    assert found["auprc_both"] == pytest.approx(np.mean([auprc(said[:, s, 2], rare) for s in (0, 1)]))
    assert found["auroc_gain"] == pytest.approx(found["auroc_both"] - found["auroc_real"])


def test_sensitivity_is_read_at_five_in_a_hundred_false() -> None:
    rare = np.arange(110) >= 100
    said = np.where(rare, 94.5, np.arange(110))

    assert figures(rare, said[:, None, None].repeat(3, axis=2))["se_at_5_real"] == 1.0
    assert figures(rare, (said - rare)[:, None, None].repeat(3, axis=2))["se_at_5_real"] == 0.0


def test_the_classifier_learns_a_bent_border() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(2000, 2))
    inside = (x**2).sum(axis=1) < 1

    logits = train_classifier(x[:1500], inside[:1500], 0).logits(x[1500:])

    assert auroc(logits, inside[1500:]) > 0.95


def test_poor_windows_teach_less_than_real_ones(people: list[Person]) -> None:
    rare, said = (
        np.concatenate(column)
        for column in zip(*judged(RHYTHM, [Trial(people[:3], people[3:], steady)]), strict=True)
    )

    found = figures(rare, said)

    assert found["auroc_real"] > 0.8
    assert found["auroc_synthetic"] < found["auroc_real"] - 0.1


def test_poor_windows_are_told_apart_and_are_no_copies(people: list[Person]) -> None:
    found = look(RHYTHM, [Trial(people[:3], people[3:], steady)])

    assert found["told_apart"] > 0.99
    assert found["ks_rmssd_over_mean"] == 1.0


def test_copies_are_found(people: list[Person]) -> None:
    pool = people[0].pool
    own = pool.rows[pool.rare]

    found = look(RHYTHM, [Trial(people[:3], people[3:], lambda rows: np.resize(own, (len(rows), BEATS)))])

    assert found["near"] > 0.9


def test_glucose_windows_that_do_not_become_low_are_left_out(tmp_path: Path) -> None:
    everyone = GLUCOSE.people(write_series(tmp_path, ["1"]), None)
    rows = everyone[0].pool.rows[:2].copy()
    rows[:, 23:] = [[80, 75, 72, 69, 66], [80, 75, 72, 73, 75]]

    kept = GLUCOSE.finish(rows, np.zeros((2, 3), np.float32))

    assert len(kept) == 1


def test_a_generator_that_never_makes_a_low_is_named() -> None:
    condition = np.array([[100, 60, 0]], np.float32)

    with pytest.raises(DatasetError, match="synth_glucose: only 0 of 5"):
        made_up(
            GLUCOSE,
            lambda rows: np.full((len(rows), 28), 120, np.float32),
            condition,
            5,
            np.random.default_rng(0),
        )
