"""The words of an alert, as one number and as features."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.usefulness.situation import PLAIN, WITHIN, WORDS, Situation
from streams.records import Condition, Priority, Side
from tests.models.usefulness.answers import CLEAR, FAINT

situations = st.tuples(*[st.sampled_from(words) for words in WORDS.values()]).map(
    lambda words: Situation(*words)
)


@given(situations)
def test_a_situation_comes_back_from_its_number(situation: Situation) -> None:
    code = situation.pack()

    assert Situation.unpack(code) == situation
    assert 0 <= code < 2**40


def test_the_words_cover_conditions_sides_and_priorities() -> None:
    assert set(WORDS["condition"]) == set(get_args(Condition))
    assert set(WORDS["side"]) == set(get_args(Side))
    assert set(WORDS["priority"]) == set(get_args(Priority))
    assert tuple(WORDS) == Situation._fields
    assert {*PLAIN, *WITHIN} <= {*Situation._fields, "cohort"}


def test_what_nobody_knows_is_no_feature() -> None:
    assert not [name for name in Situation("fever").features() if name.endswith("=unknown")]


def test_situations_that_differ_in_a_word_share_the_other_features() -> None:
    faint, clear = set(FAINT.features()), set(CLEAR.features())

    assert faint - clear == {"strength=faint", "anomaly&strength=faint"}
    assert clear - faint == {
        "strength=strong",
        "anomaly&strength=strong",
        "change=above_6",
        "anomaly&change=above_6",
    }


def test_a_word_that_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError):
        Situation("toothache").pack()
