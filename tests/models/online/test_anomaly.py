"""The joint state: rarer than its parts, silent while learning, and the same after a restart."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.online.anomaly import FEWEST, LEARNING, STRAIN, JointNormal, JointSnapshot, Surprise

NAMES = list(STRAIN)


def minutes(seed, count):
    """Deviations of a person whose heart and breath go together."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(0, 1, (count, len(NAMES)))
    rows[:, 1] = 0.6 * rows[:, 0] + 0.8 * rows[:, 1]
    return [dict(zip(NAMES, row.tolist(), strict=True)) for row in rows]


def taught(count=600, seed=1):
    joint = JointNormal()
    for minute in minutes(seed, count):
        joint.update(minute)
    return joint


def after(deviations, lasting=40):
    """The surprise at the end of some time in one state."""
    joint, surprise = taught(), None
    usual = dict.fromkeys(NAMES, 0.0)
    for _ in range(lasting):
        surprise = joint.update(usual | deviations)
    assert surprise is not None
    return surprise


def test_it_says_learning_before_it_has_seen_enough():
    joint = JointNormal()
    surprises = [joint.update(minute) for minute in minutes(1, LEARNING + 1)]

    assert not any(surprise.known for surprise in surprises[:LEARNING])
    assert all(surprise.rarity == 0 for surprise in surprises[:LEARNING])
    assert surprises[LEARNING].known


def test_too_few_vitals_make_no_joint_state():
    joint = taught()

    assert joint.update(dict.fromkeys(NAMES[: FEWEST - 1], 1.0)) is None
    assert joint.update({}) is None
    assert joint.update({"glucose": 9.0, "sbp": 9.0, "dbp": 9.0}) is None


def test_vitals_off_together_are_rarer_than_any_of_them_alone():
    strain = {name: 1.5 * direction for name, direction in STRAIN.items()}
    alone = [after({name: value}).rarity for name, value in strain.items()]

    assert after(strain).rarity > max(alone)


def test_the_direction_of_strain_is_rarer_than_its_opposite():
    strain = {"hr": 1.0, "rr": 1.0, "spo2": -1.0, "temp": 1.0, "hrv": -1.0}

    assert after(strain).rarity > after({name: -value for name, value in strain.items()}).rarity


def test_the_planted_vital_has_the_largest_share():
    for name in NAMES:
        shares = after({name: 3.0 * STRAIN[name]}, lasting=15).shares
        assert max(shares, key=shares.__getitem__) == name
        assert sum(shares.values()) == pytest.approx(1, abs=0.01)


def test_usual_minutes_are_seldom_rare():
    joint = taught()
    rarities = [joint.update(minute).rarity for minute in minutes(9, 1440)]

    assert np.mean(np.array(rarities) >= 3) < 0.01


def test_a_wild_value_counts_as_no_more_than_a_large_one():
    assert after({"hr": 1e9}).rarity == after({"hr": 50.0}).rarity < 30


DEVIATIONS = st.dictionaries(st.sampled_from([*NAMES, "glucose"]), st.floats(-9, 9))


@settings(max_examples=60)
@given(st.lists(DEVIATIONS, max_size=80), st.lists(DEVIATIONS, max_size=40))
def test_a_stored_joint_goes_on_bit_for_bit(before, after):
    lived = taught(60)
    for deviations in before:
        lived.update(deviations)
    stored = msgspec.msgpack.encode(lived.snapshot())
    restored = JointNormal(msgspec.msgpack.decode(stored, type=JointSnapshot))

    assert [restored.update(deviations) for deviations in after] == [lived.update(d) for d in after]
    assert restored.snapshot() == lived.snapshot()


@given(st.lists(DEVIATIONS, max_size=20))
def test_a_young_joint_goes_on_bit_for_bit(before):
    lived = JointNormal()
    for deviations in before:
        lived.update(deviations)
    restored = JointNormal(lived.snapshot())

    [last] = minutes(3, 1)
    assert restored.update(last) == lived.update(last)
    assert restored.snapshot() == lived.snapshot()


def test_what_pulls_back_has_no_share():
    surprise = Surprise(3.0, {"hr": 2.0, "rr": 1.0, "temp": -0.5}, [6.0, 2.0, -1.0], known=True)

    assert surprise.shares == {"hr": 0.75, "rr": 0.25, "temp": 0.0}
