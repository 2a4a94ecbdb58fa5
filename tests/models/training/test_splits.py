from __future__ import annotations

import pytest

from models.training.splits import Split, load_split


def test_every_person_of_ltafdb_stands_in_one_part() -> None:
    split = load_split("ltafdb")

    everyone = [*split.train, *split.validation, *split.test]
    assert len(everyone) == len(set(everyone)) == 63
    assert split.part("test") == split.test


def test_a_person_in_two_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="two parts"):
        Split("x", "", ("a", "b"), ("c",), ("b",))
