"""The file that says what may adapt: read, checked, and true."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
        ("rate = 0.06", "", "rate"),
        ("own_answers = 3", "own_answers = 0", "one answer"),
        ('"stale_data", ', '"toothache", ', "toothache"),
        ("from = 0.5\nfull = 0.2", "from = 0.2\nfull = 0.5", "delay.medium"),
        ("\n[usefulness]", "\n[usefulness", "TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(tmp_path: Path, old: str, new: str, wrong: str) -> None:
    with pytest.raises(ValueError, match=wrong):
        load_adaptation(changed(tmp_path, old, new))


def test_a_high_alert_is_never_delayed() -> None:
    assert ADAPTATION.delays["high"].most_ms == 0


@given(st.sampled_from(sorted(ADAPTATION.delays)), st.floats(0, 1), st.floats(0, 1))
def test_what_is_found_less_useful_never_waits_less_and_never_beyond_its_bound(
    priority: str, one: float, other: float
) -> None:
    delay = ADAPTATION.delays[priority]
    less, more = sorted((one, other))

    assert delay.most_ms >= delay.at(less) >= delay.at(more) >= 0


@pytest.mark.parametrize(
    ("priority", "usefulness", "minutes"),
    [
        ("low", 0.6, 0),
        ("low", 0.45, 15),
        ("low", 0.3, 30),
        ("low", 0.02, 30),
        ("medium", 0.2, 10),
        ("high", 0.0, 0),
    ],
)
def test_delays_by_priority(priority: str, usefulness: float, minutes: int) -> None:
    assert ADAPTATION.delays[priority].at(usefulness) == minutes * 60_000
