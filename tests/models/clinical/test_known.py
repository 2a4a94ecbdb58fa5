"""A usual that the profile gives before the wearer's own minutes have told."""

from __future__ import annotations

import pytest

from models.clinical.known import WIDE, known_usual
from models.person import Person

PERSON = Person(baselines={"hr": 58.0, "temp": 36.4, "rr@asleep": 13.0})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hr@rest", 58.0),
        ("temp", 36.4),
        ("rr@asleep", 13.0),
        ("hr@asleep", None),
        ("rr@rest", None),
        ("spo2", None),
    ],
)
def test_a_value_said_for_a_signal_is_one_at_rest(key, value):
    usual = known_usual(PERSON, key, 2.0)

    assert (None if usual is None else usual.mean) == value


def test_it_is_believed_widely():
    assert known_usual(PERSON, "hr@rest", 2.0).spread == 2.0 * WIDE
