"""`simulate` and `replay` as a person runs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from streams.gateways.simulator import read_truth

ROOT = Path(__file__).parents[3]


def vitalstream(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-c", "from streams.cli import main; main()", *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=ROOT,
        env=os.environ | environment,
    )


@pytest.fixture
def recordings(tmp_path):
    folder = tmp_path / "some_rr"
    folder.mkdir()
    np.savez(
        folder / "00.npz",
        fs=np.float32(100),
        rr_samples=np.full(300, 80, np.uint16),
        rhythm=np.zeros(300, np.uint8),
        rhythm_names=np.array(["N"]),
    )
    return folder


def test_simulate_writes_the_same_packets_and_truth_each_time(tmp_path):
    for name in ("a", "b"):
        options = ("--wearers", 12, "--hours", 8, "--seed", 3, "--json")
        done = vitalstream(
            "simulate", *options, "--out", tmp_path / name, "--truth", tmp_path / f"{name}.truth"
        )
        assert done.returncode == 0, done.stderr

    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()
    assert (tmp_path / "a.truth").read_bytes() == (tmp_path / "b.truth").read_bytes()
    assert read_truth(tmp_path / "a.truth")
    assert json.loads(done.stdout)["packets"] == len((tmp_path / "a").read_bytes().splitlines())


def test_replay_ends_with_a_summary(recordings, tmp_path):
    done = vitalstream("replay", "some_rr", "--data", recordings, "--out", tmp_path / "out", "--json")

    summary = json.loads(done.stdout)
    assert (summary["packets"], summary["wearers"]) == (5, 1)


def test_replay_goes_to_kafka(stack, recordings):
    done = vitalstream(
        "replay",
        "some_rr",
        "--data",
        recordings,
        VITALSTREAM_BROKER=stack.broker,
        VITALSTREAM_DATA_DIR=str(stack.data_dir),
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("5 packets of 1 wearers")


@pytest.mark.parametrize(
    "arguments",
    [
        ("simulate", "--speed", "fast"),
        ("simulate", "--step", 7),
        ("simulate", "--start", "soon"),
        ("replay", "some_rr", "--data", "/nowhere"),
        ("replay", "nothing", "--data", "."),
        ("download", "nothing", "--out", "{tmp}"),
    ],
)
def test_errors_are_one_line(arguments, tmp_path):
    done = vitalstream(*(str(a).replace("{tmp}", str(tmp_path)) for a in arguments))

    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("vitalstream: ")


def test_a_broker_that_is_away_is_one_line(tmp_path):
    done = vitalstream(
        "simulate", "--hours", "0.1", VITALSTREAM_BROKER="127.0.0.1:9", VITALSTREAM_DATA_DIR=str(tmp_path)
    )

    assert done.returncode == 1
    assert "no answer from Kafka" in done.stderr
    assert done.stderr.count("\n") == 1
