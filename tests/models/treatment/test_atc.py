from __future__ import annotations

import pytest

from models.treatment.atc import named


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("C07AB02", "metoprolol (C07AB02)"),
        ("c07ab02", "metoprolol (c07ab02)"),
        ("C07AB99", "beta blocker (C07AB99)"),
        ("A10AE54", "long-acting insulin (A10AE54)"),
        ("Z99", "Z99"),
    ],
)
def test_a_medicine_is_named_as_exactly_as_is_known(code: str, words: str) -> None:
    assert named(code) == words
