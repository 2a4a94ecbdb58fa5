"""What training and evaluation see of people is what the stream would see."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from models.datasets.rr import RRRecord, load_record
from models.deep.unusual import CHANNELS, MINUTES, enough
from models.training.unusual.data import EVERY, MINUTE, Days, holter, simulated
from models.training.unusual.plant import plant_strain
from streams.gateways.simulator import DEFAULT_START, Rates
from tests.models.training.recordings import write_record


@pytest.fixture(scope="module")
def wearers() -> list[Days]:
    return simulated(77, 4, 8, Rates(episode_hours=3, warmup_hours=2, conditions=("anomaly",)))


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> RRRecord:
    folder = tmp_path_factory.mktemp("rr")
    return load_record(write_record(folder, "x", [("N", 18_000), ("AFIB", 3000), ("N", 6000)], fs=128))


def test_simulated_wearers_have_five_channels_and_an_hour_every_five_minutes(wearers: list[Days]) -> None:
    for days in wearers:
        assert days.rows.shape == (len(days.ends), MINUTES, len(CHANNELS))
        assert enough(days.rows).all()
        assert not (days.ends // MINUTE % EVERY).any()
        assert (np.diff(days.ends) > 0).all()
    assert not np.isnan(np.concatenate([days.rows for days in wearers])).all(axis=(0, 1)).any()


def test_hours_in_and_after_an_episode_are_not_called_ordinary(wearers: list[Days]) -> None:
    told = [(days, episode) for days in wearers for episode in days.episodes]
    assert told
    for days, episode in told:
        near = (days.ends >= episode.start) & (days.ends <= episode.end + 60 * MINUTE)
        assert not days.ordinary[near].any()


def test_the_same_seed_gives_the_same_days() -> None:
    first, second = (simulated(5, 1, 4)[0] for _ in range(2))
    assert np.array_equal(first.rows, second.rows, equal_nan=True)
    assert np.array_equal(first.river, second.river)


def test_a_holter_recording_tells_of_the_heart_alone(record: RRRecord) -> None:
    days = holter(record)

    assert len(days.ends) > 40
    assert np.isnan(days.rows[:, :, 1:4]).all()
    assert (~np.isnan(days.rows[:, :, [0, 4]])).mean() > 0.7


def test_the_onset_of_lasting_fibrillation_is_an_episode(record: RRRecord) -> None:
    (onset,) = holter(record).episodes

    begins = (onset.start - DEFAULT_START) / MINUTE
    assert abs(begins - record.times_ms[18_000] / MINUTE) <= 1
    assert onset.condition == "rhythm"


def test_planted_strain_quickens_and_steadies_the_heart(record: RRRecord) -> None:
    changed, (strain, *_) = plant_strain(record, 3)

    def inside(one: RRRecord) -> np.ndarray:
        times = one.times_ms + DEFAULT_START
        return one.intervals[(times > strain.start + 8 * MINUTE) & (times < strain.end - 8 * MINUTE)]

    faster, usual = inside(changed), record.intervals[:15_000]
    assert 10 < 60_000 / faster.mean() - 60_000 / usual.mean() < 22
    assert np.diff(faster).std() < 0.7 * np.diff(usual).std()
    assert np.array_equal(changed.intervals[:5000], record.intervals[:5000])
    assert holter(changed, (strain,)).episodes == (strain,)


def test_a_recording_of_nothing_gives_no_hours(tmp_path: Path) -> None:
    days = holter(load_record(write_record(tmp_path, "short", [("N", 300)])))
    assert len(days.ends) == 0
    assert days.rows.shape == (0, MINUTES, len(CHANNELS))
