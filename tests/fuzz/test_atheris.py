"""The fuzzer itself: it runs, and what breaks a decoder is found and kept."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzz.__main__ import keeping
from tests.fuzz.target import Target


def test_every_decoder_survives_a_moment_of_it(tmp_path: Path) -> None:
    """So few inputs find little: that all can be fuzzed is what is held here. Hours are for people.

    They are the same each time: a fault that nobody has brought in today stops nobody today.
    """
    pytest.importorskip("atheris")
    command = [sys.executable, "-m", "tests.fuzz", "all", "--runs", "2000", "--out", str(tmp_path)]
    environ = os.environ | {"PYTHONHASHSEED": "0"}

    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False, timeout=900)

    assert done.stderr.splitlines()[-1:] == ["broken: none"], done.stderr[-2_000:]
    assert done.returncode == 0
    assert list(tmp_path.iterdir()) == []


def test_what_breaks_a_decoder_is_kept(tmp_path: Path) -> None:
    careless = Target("careless", lambda data: 1 / (len(data) - 3), (ValueError,), ())

    with pytest.raises(ZeroDivisionError):
        keeping(careless, tmp_path)(b"abc")

    [kept] = tmp_path.iterdir()
    assert kept.read_bytes() == b"abc"


@pytest.mark.parametrize("line", ["two\nlines", "x" * 5_000])
def test_an_error_of_two_lines_or_without_end_is_a_fault(line: str) -> None:
    def refuse(data: bytes) -> None:
        raise ValueError(line)

    with pytest.raises(AssertionError, match="no error of one line"):
        Target("wordy", refuse, (ValueError,), ()).check(b"")
