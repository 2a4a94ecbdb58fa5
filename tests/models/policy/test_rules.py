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
        (lambda t: t + "[oops", r"mine.toml: not valid TOML"),
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


ENDLESS = r"\[priority.high\] must be reminded of without end"
GRAVER = r"\[desaturation\] a worse grade must not be less urgent"
FREE = r"\[priority.high\] is never limited"


def in_high(old, new):
    """Change one line of the table of `high`."""
    return lambda t: (
        t.replace("[priority.high]", "[#]", 1).replace(old, new, 1).replace("[#]", "[priority.high]")
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (in_high("remind_s = 300", "remind_s = 0"), ENDLESS),
        (in_high("remind_most = 0", "remind_most = 3"), ENDLESS),
        (in_high("snooze_most_s = 1800", "snooze_most_s = 0"), ENDLESS),
        (in_high("hour = 0", "hour = 6"), FREE),
        (in_high("answers_delay_s = 0", "answers_delay_s = 60"), FREE),
        (in_high("waits = false", "waits = true"), FREE),
        (lambda t: t.replace("back = 1.0", "back = 1.0\nremind = false"), r"\[desaturation\] can be high"),
    ],
    ids=["no_reminder", "few_reminders", "endless_snooze", "rate", "answers", "waits", "remind"],
)
def test_no_file_can_make_a_high_silent(policy_file, change, message):
    with pytest.raises(ValueError, match=message):
        load_policy(policy_file(change))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.replace('"shock", "det', '"shook", "det'), r"\[groups\] circulation has 'shook'"),
        (lambda t: t.replace("glucose:low", "glucose:under"), "has 'glucose:under', which is no condition"),
        (lambda t: t.replace("[priority.info]", "[priority.none]"), "Invalid enum value 'none'"),
        (lambda t: t.replace("improving_s = 600", "improving_s = 0"), r"\[policy\] Expected `float` > 0"),
        (lambda t: t.replace("grace_s = 180", "grace_s = -1", 1), r"\[rhythm\] Expected `float` >= 0.0"),
        (lambda t: t.replace('"high", delay_s = 120, bel', '"info", delay_s = 120, bel'), GRAVER),
    ],
    ids=["group", "side", "priority", "improving", "negative", "urgency"],
)  # fmt: skip
def test_what_is_wrong_with_the_general_part_is_named(policy_file, change, message):
    with pytest.raises(ValueError, match=message):
        load_policy(policy_file(change))


def test_a_group_is_known_from_each_of_its_courses():
    groups = load_policy().groups

    for course, others in groups.items():
        assert all(course in groups[other] for other in others)
        assert course not in others
    assert "deterioration" in groups["desaturation"]
    assert "glucose_forecast" in groups["glucose:low"]
    assert "glucose_forecast" not in groups.get("glucose:high", ())


def test_every_clearing_edge_lies_beyond_the_edge_to_raise():
    """Hysteresis for each condition of one reading that has an edge."""
    rules = load_policy().rules

    assert all(
        rules[name].back > 0 for name in ("desaturation", "fever", "resting_heart_rate", "glucose", "shock")
    )
    assert rules["desaturation"].near(-0.9)
    assert not rules["desaturation"].near(-1.0)
    assert not rules["desaturation"].near(None)
