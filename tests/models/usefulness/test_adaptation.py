"""The file that says what may adapt: read, checked, and true."""

from __future__ import annotations

import importlib
import tomllib
from pathlib import Path

import pytest

from models.usefulness.adaptation import DEFAULT, load_adaptation
from tests.models.usefulness.answers import ADAPTATION


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = DEFAULT.read_text()
    assert old in text
    path = tmp_path / "adaptation.toml"
    path.write_text(text.replace(old, new, 1))
    return path


@pytest.mark.parametrize(
    ("old", "new", "wrong"),
    [
        ("most_s = 0", "most_s = 60", "high"),
        ("start = 0.7", "start = 1.0", "least < start < most"),
        ("rate = 0.03", "", "rate"),
        ("own_answers = 3", "own_answers = 0", "one answer"),
        ('"stale_data", ', '"toothache", ', "toothache"),
        ("from = 0.6", "from = 1.6", "delay.medium"),
        ("useful_counts_as = 2.0", "useful_counts_as = 0.5", "useful_counts_as"),
        ("\n[usefulness]", "\n[usefulness", "TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(tmp_path: Path, old: str, new: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        load_adaptation(changed(tmp_path, old, new))


def test_a_high_alert_is_never_delayed() -> None:
    assert ADAPTATION.delays["high"].most_ms == 0


HELD = tomllib.loads(DEFAULT.read_text())["held"]
CONSTANTS = [(name, value) for row in HELD.values() for name, value in row["constants"].items()]


@pytest.mark.parametrize(("name", "value"), CONSTANTS, ids=[name for name, _ in CONSTANTS])
def test_the_file_states_the_bounds_that_the_code_holds(name: str, value: float) -> None:
    module, _, constant = name.rpartition(".")

    assert getattr(importlib.import_module(module), constant) == pytest.approx(value)


def test_everything_that_adapts_says_what_and_within_which_bound() -> None:
    assert {"usual", "joint_normal", "day", "moves", "nights"} <= HELD.keys()
    assert all(row["what"] and row["bound"] for row in HELD.values())
