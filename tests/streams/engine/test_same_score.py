"""A recording that goes through the stream gets the very score that evaluation gives it."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from models.datasets.cgm import load_series
from models.datasets.rr import load_record
from models.decide import Setting
from models.deep.asks import Ask
from models.deep.glucose import RECENT
from models.deep.glucose_day import FEWEST
from models.deep.networks import Networks
from models.training.deterioration_data import load as load_stays
from models.training.diabetes_data import load_table
from models.training.glucose_data import windows_of
from models.training.rhythm_evaluate import stream_windows
from streams.engine.pages import Seal
from streams.engine.shard import ShardMaker
from streams.engine.stock import Fixed
from streams.gateways.replay import replay
from streams.settings import Settings
from tests.models.training.recordings import write_record
from tests.models.training.series import write_series
from tests.models.training.shared import SHARED
from tests.models.training.stays import write_stays
from tests.models.training.tables import write_nhanes
from tests.streams.engine.shards import POLICY, SECRET, START, Raw, control, numbered, packet, raw

NETWORKS = ("rhythm", "glucose", "diabetes", "deterioration_wearable", "deterioration_clinical")
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
    stock = Fixed(Each(), dict.fromkeys(NETWORKS, "1"))
    maker = ShardMaker(Settings(), Seal(SECRET), stock, Setting(POLICY))
    shard, asked = maker(0, {}), defaultdict[str, list[Ask]](list)
    log = numbered([*_records(dataset, folder, records), *_later()])
    for start in range(0, len(log), CHUNK):
        work = shard.observe(log[start : start + CHUNK])
        shard.infer(work)
        for ask in (ask for item in work.items for ask in item.observation.asks):
            asked[ask.model].append(ask)
        shard.decide(work)
        shard.finish(work)
    return asked


def _later() -> Iterator[Raw]:
    """Another wearer, by whom time goes on until everyone else is silent."""
    for minute in range(0, 3 * 24 * 60, 8):
        yield raw(packet(minute, "zoe", hr=[60.0]))


def _records(dataset: str, folder: Path, records: list[str] | None) -> Iterator[Raw]:
    for timed in replay(dataset, folder, records, START):
        if timed.profile is not None:
            yield control("profile", timed.profile)
        yield raw(timed.packet)


def assert_same(asked: list[Ask], rows: Rows) -> None:
    """Every row that was asked is one of evaluation's, and got the same answer to the bit."""
    assert asked
    answers = network(asked[0].model).run(asked[0].model, rows)
    known = {row.tobytes(): answer for row, answer in zip(rows, answers, strict=True)}
    for ask in asked:
        assert np.array_equal(known[ask.row.tobytes()], ask.answer)


def among(asked: list[Ask], rows: Rows) -> list[Ask]:
    """Those that evaluation has too: it needs to know what came after, the stream does not."""
    known = {row.tobytes() for row in rows}
    return [ask for ask in asked if ask.row.tobytes() in known]


def test_rhythm(tmp_path):
    write_record(tmp_path, "00", [("N", 400), ("AFIB", 600), ("N", 200)])

    asked = streamed("other_rr", tmp_path)["rhythm"]

    windows, _ = stream_windows(load_record(tmp_path / "00.npz"))
    assert len(asked) == len(windows)
    assert_same(asked, np.stack([window.intervals for window in windows]))


def test_glucose(tmp_path):
    write_series(tmp_path, ["1"], hours=80)

    asked = streamed("shanghai_cgm", tmp_path)["glucose"]

    [series] = load_series(tmp_path)
    rows = windows_of(series).rows
    known = (~np.isnan(rows[:, -RECENT:, 0])).sum(axis=1) >= FEWEST
    kept = among(asked, rows)
    assert len(kept) == known.sum()
    assert_same(kept, rows)


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
    assert len(asked) == len(table.rows)
    assert_same(asked, table.rows)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the real recordings are not here")
def test_real_glucose():
    """The gate leaves some readings out, and each is missing in a day of rows."""
    folder = SHARED / "shanghai_cgm"
    for series in itertools.islice(load_series(folder), 4):
        asked = streamed("shanghai_cgm", folder, [series.name])["glucose"]

        rows = windows_of(series).rows
        assert len(among(asked, rows)) > 0.8 * len(rows)
