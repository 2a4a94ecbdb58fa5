"""The policy file: what is wrong with it is said by name; its digest is what stands in alerts."""

from __future__ import annotations

from typing import get_args

import pytest

from models.policy.rules import DEFAULT, load_policy
from models.signals.quality import Cause
from streams.records import Condition


@pytest.fixture
def policy_file(tmp_path):
    def write(change=lambda text: text):
        path = tmp_path / "mine.toml"
        path.write_text(change(DEFAULT.read_text()))
        return path

    return write


def test_the_shipped_policy_has_a_rule_with_advice_for_every_condition():
    policy = load_policy()

    assert set(policy.rules) == set(get_args(Condition))
    assert all(rule.advice and rule.title and rule.clears for rule in policy.rules.values())
    assert all(source for rule in policy.rules.values() for _, source in rule.advice)


def test_worse_grades_are_stricter_and_more_urgent():
    urgency = ["info", "low", "medium", "high"]
    for rule in load_policy().rules.values():
        ranks = [urgency.index(grade.priority) for grade in rule.grades]
        assert ranks == sorted(ranks)


def test_every_cause_of_unusable_readings_has_its_time():
    assert set(load_policy().rules["collect_again"].limits) == set(get_args(Cause))


def test_the_digest_is_that_of_the_text(policy_file):
    assert load_policy(policy_file()).digest == load_policy().digest
    assert load_policy(policy_file(lambda text: text + "\n# mine")).digest != load_policy().digest


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t + "[oops", r"mine.toml is not valid TOML"),
        (lambda t: t.replace("[fever]", "[fewer]"), r"conditions: unknown \['fewer'\], missing \['fever'\]"),
        (lambda t: t.replace('title = "Fever"\n', ""), r"\[fever\] the table missing required field `title`"),
        (
            lambda t: t.replace('priority = "low"', 'priority = "urgent"'),
            r"\[anomaly\] Invalid enum value 'urgent'",
        ),
        (
            lambda t: t.replace('{ priority = "low", delay_s = 900,', '{ priority = "low", delay = 900,'),
            "unknown field `delay` .*grades",
        ),
    ],
    ids=["syntax", "name", "missing", "priority", "grade"],
)
def test_what_is_wrong_is_named(policy_file, change, message):
    with pytest.raises(ValueError, match=message):
        load_policy(policy_file(change))


def test_bytes_that_are_no_text_are_named(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(ValueError, match="not valid TOML"):
        load_policy(path)


@pytest.mark.parametrize(
    ("value", "softer", "level"),
    [(90.1, 0, 0), (90.0, 0, 1), (85.1, 0, 1), (85.0, 0, 2), (84.1, 6, 0), (84.0, 6, 1), (79.0, 6, 2)],
)
def test_an_edge_belongs_to_its_grade_and_moves_to_the_mild_side(value, softer, level):
    assert load_policy().rules["desaturation"].level(value, softer) == level


@pytest.mark.parametrize(("value", "level"), [(250.0, 0), (250.5, 1), (69.6, 0), (69.5, 2), (53.5, 3)])
def test_a_rule_can_have_edges_on_both_sides(value, level):
    assert load_policy().rules["glucose"].level(value) == level
