"""A recording that goes through the stream gets the very score that evaluation gives it."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.asking import HOUR_CHANNELS
from models.datasets.cgm import Series, load_series
from models.datasets.rr import load_record
from models.deep.asks import Ask
from models.deep.networks import Networks
from models.disease.variations import Variation
from models.personal import load_setting
from models.training.deterioration.data import load as load_stays
from models.training.diabetes.data import load_table
from models.training.glucose.data import windows_of
from models.training.rhythm.evaluate import stream_windows
from models.training.unusual.data import ORDINARY, holter, simulated
from streams.engine.scoring.shard import ShardMaker
from streams.engine.scoring.stock import Fixed
from streams.engine.state.pages import Seal
from streams.gateways.replay import replay
from streams.gateways.simulator import Simulation
from streams.gateways.timed import Timed
from streams.settings import Settings
from tests.models.training.recordings import write_record
from tests.models.training.series import write_series
from tests.models.training.shared import SHARED
from tests.models.training.stays import write_stays
from tests.models.training.tables import write_nhanes
from tests.streams.engine.shards import SECRET, START, Raw, control, numbered, packet, raw

NETWORKS = (
    "rhythm", "quality", "glucose", "unusual", "diabetes", "deterioration_wearable", "deterioration_clinical",
)  # fmt: skip
CHUNK = 64

Rows = NDArray[np.float32]


@cache
def network(name: str) -> Networks:
    return Networks.only(name)


class Each:
    """Runs the committed network of any name, whatever its status."""

    def run(self, name: str, rows: Rows) -> Rows:
        return network(name).run(name, rows)


def streamed(dataset: str, folder: Path, records: list[str] | None = None) -> dict[str, list[Ask]]:
    """What the networks are asked when a folder is replayed through a partition, with their answers."""
    return asked_of(replay(dataset, folder, records, START))


def asked_of(packets: Iterable[Timed]) -> dict[str, list[Ask]]:
    """What the networks are asked of these packets, with their answers."""
    stock = Fixed(Each(), dict.fromkeys(NETWORKS, "1"))
    maker = ShardMaker(Settings(), Seal(SECRET), stock, load_setting())
    shard, asked = maker(0, {}), defaultdict[str, list[Ask]](list)
    sent = list(packets)
    log = numbered([*_records(sent), *_later(sent[-1].time)])
    for start in range(0, len(log), CHUNK):
        work = shard.observe(log[start : start + CHUNK])
        maker.infer([work])
        for ask in (ask for item in work.items for ask in item.observation.asks):
            if not isinstance(ask, Variation):
                asked[ask.model].append(ask)
        shard.decide(work)
        shard.finish(work)
    return asked


def _later(since: int) -> Iterator[Raw]:
    """Another wearer, by whom time goes on until everyone else is silent."""
    first = (since - START) // 60_000
    for minute in range(first, first + 24 * 60, 8):
        yield raw(packet(minute, "zoe", seq=minute - first, hr=[60.0]))


def _records(packets: Iterable[Timed]) -> Iterator[Raw]:
    for timed in packets:
        if timed.profile is not None:
            yield control("profile", timed.profile)
        yield raw(timed.packet)


def assert_same(asked: list[Ask], rows: Rows, untold: int = 0) -> list[Ask]:
    """The rows asked are those of evaluation, each as often, with the same answers to the bit.

    Evaluation leaves out `untold` rows, whose truth nobody knows; they are given back.
    """
    assert len(rows)
    answers, alone = network(asked[0].model).run(asked[0].model, rows), list[Ask]()
    known = defaultdict[bytes, list[Rows]](list)
    for row, answer in zip(rows, answers, strict=True):
        known[row.tobytes()].append(answer)
    for ask in asked:
        there = known[ask.row.tobytes()]
        if there:
            assert np.array_equal(there.pop(), ask.answer)
        else:
            alone.append(ask)
    assert not any(known.values())
    assert len(alone) == untold
    return alone


def assert_same_glucose(asked: list[Ask], series: Series) -> None:
    """As `assert_same`; what evaluation leaves out had no reading after half an hour or an hour."""
    windows = windows_of(series)
    read = series.times_ms[~np.isnan(series.glucose)] // 60_000
    assert_told(windows.rows, windows.times, windows.truth, series)
    for ask in assert_same(asked, windows.rows, windows.untold):
        now = ask.end // 60_000 - 60
        assert min(np.abs(read - now - 30).min() <= 7.5, np.abs(read - now - 60).min() <= 7.5) == 0


def assert_told(rows: Rows, times: NDArray[np.int64], truth: Rows, series: Series) -> None:
    """Now is a reading of that very minute, and the truth one that was read when it says."""
    read = series.times_ms // 60_000
    for row, time, told in zip(rows, times // 60_000, truth, strict=True):
        assert np.float32(row[-1, 0]) in series.glucose[read == time].round(1).astype(np.float32)
        for horizon, value in zip((30, 60), told, strict=True):
            near = np.abs(read - time - horizon) <= 7.5
            assert value in series.glucose[near].astype(np.float32)


@pytest.mark.parametrize("name", ["rhythm", "quality"])
def test_beats(tmp_path, name):
    write_record(tmp_path, "00", [("N", 400), ("AFIB", 600), ("N", 200)])

    asked = streamed("other_rr", tmp_path)[name]

    windows, _ = stream_windows(load_record(tmp_path / "00.npz"))
    assert_same(asked, np.stack([window.intervals for window in windows]))


@pytest.mark.parametrize("step", [5, 15])
@pytest.mark.parametrize("meals", [True, False])
def test_glucose(tmp_path, step, meals):
    table = write_series(tmp_path, ["1"], hours=80, step=step) / "shanghai_cgm.csv"
    if not meals:
        table.write_text("\n".join(line.rpartition(",")[0] for line in table.read_text().splitlines()))

    asked = streamed("shanghai_cgm", tmp_path)["glucose"]

    [series] = load_series(tmp_path)
    assert_same_glucose(asked, series)
    assert len(asked) > 250
    assert all(np.isnan(ask.row[:, 1]).all() != meals for ask in asked)


def test_unusual():
    """Evaluation judges every hour of two vitals, the stream asks those of three."""
    asked = asked_of(Simulation(31, 6, 12, rates=ORDINARY).packets())["unusual"]

    rows = np.concatenate([days.rows for days in simulated(31, 6, 12)])
    worn = (~np.isnan(rows)).any(axis=1).sum(axis=1)
    assert_same(asked, rows[worn >= HOUR_CHANNELS])


def test_unusual_of_a_recorder_of_the_heart_alone(tmp_path):
    write_record(tmp_path, "00", [("N", 12000)])

    assert "unusual" not in streamed("other_rr", tmp_path)
    assert len(holter(load_record(tmp_path / "00.npz")).rows) > 20


@pytest.mark.parametrize("inputs", ["wearable", "clinical"])
def test_deterioration(tmp_path, inputs):
    write_stays(tmp_path, [1, 2, 3])
    if inputs == "wearable":
        _keep_wearable(tmp_path)

    asked = streamed("physionet2012_icu_vitals", tmp_path)[f"deterioration_{inputs}"]

    stays = load_stays(inputs, tmp_path)
    whole = network(f"deterioration_{inputs}").run(f"deterioration_{inputs}", stays.rows)
    assert len(asked) >= 3 * 36
    for ask in asked:
        hours = ask.pick + 1
        same = [np.allclose(ask.row[:hours], stay[:hours], rtol=1e-6, equal_nan=True) for stay in stays.rows]
        assert sum(same) == 1
        assert ask.value == pytest.approx(whole[same.index(True), ask.pick], abs=1e-6)


def _keep_wearable(folder: Path) -> None:
    path = folder / "vitals_a.csv"
    lines = path.read_text().splitlines()
    clinical = (",GCS,", ",Lactate,", ",Urine,")
    path.write_text("\n".join(line for line in lines if not any(name in line for name in clinical)) + "\n")


def test_diabetes(tmp_path):
    table = write_nhanes(tmp_path, [f"{n}" for n in range(51624, 51664)]) / "NHANES.csv"
    head, *people = [line.split(",") for line in table.read_text().splitlines()]
    for person in people:  # as height and weight have it
        person[head.index("BMI")] = f"{80 / 1.7**2:.6f}"
    table.write_text("\n".join(",".join(row) for row in [head, *people]))

    asked = streamed("nhanes_2009_12", tmp_path)["diabetes"]

    table = load_table(tmp_path)
    assert_same(asked, table.rows)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real recordings are not here")
def test_real_glucose():
    folder = SHARED / "shanghai_cgm"
    for series in itertools.islice(load_series(folder), 4):
        assert_same_glucose(streamed("shanghai_cgm", folder, [series.name])["glucose"], series)
