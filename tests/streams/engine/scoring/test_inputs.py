"""How far what networks are asked is from what they learnt on."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pytest

from models.deep.asks import Ask
from models.deep.deterioration import HOURS, channels
from models.deep.features import Spread, features_of, training
from models.deep.glucose import STEPS
from models.deep.manifest import read_manifest
from models.deep.networks import COMMITTED
from models.view import Observation
from streams.engine.scoring.inputs import EVERY, FEWEST, MEMORY, InputShift
from streams.engine.scoring.work import Item

USUAL = {"rhythm 1": {"interval_ms": Spread(800.0, 100.0)}}


class Told:
    """Metrics that remember, and a probe that tells them."""

    def __init__(self, version: str = "1") -> None:
        self.rows = 0
        self.shifts: Mapping[str, float] = {}
        self.probe = InputShift(self, lambda name: version, USUAL)

    def inputs(self, model: str, rows: int, shifts: Mapping[str, float]) -> None:
        assert model == "rhythm"
        self.rows += rows
        self.shifts = shifts

    def ask(self, interval_ms: float, rows: int = FEWEST, times: int = 1) -> None:
        asks = [Ask("rhythm", 0, 1, np.full(60, interval_ms, np.float32)) for _ in range(rows)]
        for _ in range(times):
            self.probe.answered([Item(*[None] * 2, Observation(asks=asks), *[None] * 5)])  # type: ignore[arg-type, list-item]


def test_rows_as_in_training_are_not_shifted() -> None:
    told = Told()

    told.ask(800.0)

    assert told.shifts == {"interval_ms": pytest.approx(0.0)}


def test_a_shift_is_told_in_spreads_of_the_training_data() -> None:
    told = Told()

    told.ask(950.0)

    assert told.shifts == {"interval_ms": pytest.approx(1.5)}


def test_the_mean_follows_the_newest_rows() -> None:
    told = Told()

    told.ask(800.0, rows=MEMORY)
    told.ask(1000.0, rows=MEMORY, times=8 * EVERY)

    assert told.shifts["interval_ms"] == pytest.approx(2.0, abs=0.01)


def test_one_chunk_of_eight_is_looked_at() -> None:
    told = Told()

    told.ask(800.0, rows=10, times=2 * EVERY)

    assert told.rows == 20


def test_few_rows_tell_nothing_yet() -> None:
    told = Told()

    told.ask(800.0, rows=FEWEST - 1)

    assert told.shifts == {}


def test_a_version_whose_training_data_nobody_measured_is_not_compared() -> None:
    told = Told(version="2")

    told.ask(800.0)

    assert told.rows == 0


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        ("rhythm", (60,)),
        ("glucose", (STEPS, 3)),
        ("unusual", (60, 5)),
        ("diabetes", (11,)),
        ("deterioration_wearable", (HOURS, channels("wearable"))),
        ("deterioration_clinical", (HOURS, channels("clinical"))),
    ],
)
def test_every_network_that_ships_is_compared_with_its_training_data(
    model: str, shape: tuple[int, ...]
) -> None:
    version = read_manifest(COMMITTED).active()[model].version

    usual = training()[f"{model} {version}"]

    assert usual.keys() == features_of(model, np.ones((2, *shape))).keys()
    assert all(spread.sd > 0 for spread in usual.values())


def test_what_was_not_measured_is_left_out() -> None:
    row = np.full((1, 60, 5), np.nan, np.float32)
    row[0, :10, 0] = 2.0

    found = features_of("unusual", row)

    assert found["hr"] == [2.0]
    assert np.isnan(found["temp"]).all()
