from __future__ import annotations

import pytest

from models.training.splits import Split, load_split


def test_every_person_of_ltafdb_stands_in_one_place() -> None:
    split = load_split("ltafdb")

    assert len({*split.development, *split.test}) == 63
    assert [len(fold) for fold in split.folds] == [13, 13, 13, 12]
    assert len(split.test) == 12


def test_a_person_in_two_parts_is_refused() -> None:
    with pytest.raises(ValueError, match="two parts"):
        Split("x", "", (("a", "b"), ("c",)), ("b",))
