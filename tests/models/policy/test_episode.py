"""The course of a condition: raised after its delay, escalated, resolved, never stuck."""

from __future__ import annotations

from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from models.policy.episode import Episode
from models.policy.rules import GradeRule, Rule, load_policy

MINUTE = 60_000
START = 1_767_592_800_000
TWO_GRADES = Rule(
    "fever", "title", (GradeRule("low", 5 * MINUTE, 1.0, None), GradeRule("high", 10 * MINUTE, 2.0, None)),
    2 * MINUTE, 6 * MINUTE, "clears", (), {},
)  # fmt: skip


def course(levels, rule_=TWO_GRADES, start=START):
    """Changes by minute for one level a minute (None: no evidence either way)."""
    episode, changes = Episode(), []
    for minute, level in enumerate(levels):
        if level is not None:
            change = episode.update(start + minute * MINUTE, level, rule_)
            if change:
                changes.append((minute, change))
    return episode, changes


def test_it_is_raised_when_evidence_has_lasted_its_delay():
    assert course([0, 1, 1, 1, 1, 1, 1, 1])[1] == [(6, "raised")]


def test_a_stored_course_goes_on_when_the_policy_has_lost_a_grade():
    episode, _ = course([2] * 20)
    one_grade = Rule("fever", "title", TWO_GRADES.grades[:1], 2 * MINUTE, 6 * MINUTE, "clears", (), {})

    changes = [episode.update(START + minute * MINUTE, 0, one_grade) for minute in range(20, 40)]

    assert [change for change in changes if change] == ["resolved"]


def test_its_onset_is_where_the_evidence_began():
    episode, _ = course([0, 1, 1, 1, 1, 1, 1])

    assert episode.onset == START + MINUTE


def test_evidence_shorter_than_its_delay_says_nothing():
    assert course([1, 1, 1, 1, 1, 0, 0, 0, 1, 1, 1, 1, 1])[1] == []


def test_a_gap_within_the_grace_does_not_break_a_run():
    assert course([1, 1, 0, 1, None, 1])[1] == [(5, "raised")]


def test_a_longer_gap_starts_anew():
    assert course([1, 1, 1, None, None, 1, 1, 1])[1] == []


def test_it_escalates_when_the_worse_grade_has_lasted_its_own_delay():
    assert course([1] * 6 + [2] * 11)[1] == [(5, "raised"), (16, "escalated")]


def test_the_worse_grade_at_once_is_raised_mild_first():
    assert course([2] * 11)[1] == [(5, "raised"), (10, "escalated")]


def test_it_does_not_come_down_and_rise_again_while_it_is_out():
    assert course([2] * 11 + [1] * 20 + [2] * 20)[1] == [(5, "raised"), (10, "escalated")]


def test_it_resolves_when_nothing_was_seen_for_the_clearing_time():
    assert course([1] * 6 + [0] * 8)[1] == [(5, "raised"), (12, "resolved")]


def test_evidence_in_between_starts_the_clearing_time_anew():
    assert course([1] * 6 + [0] * 5 + [1] + [0] * 8)[1] == [(5, "raised"), (18, "resolved")]


def test_after_it_has_resolved_it_can_be_raised_anew_with_another_onset():
    episode, changes = course([1] * 6 + [0] * 7 + [1] * 6)

    assert [change for _, change in changes] == ["raised", "resolved", "raised"]
    assert episode.onset == START + 13 * MINUTE


def test_a_rule_without_delay_and_clearing_turns_at_once():
    at_once = Rule("stale_data", "t", (GradeRule("low", 0, 1.0, None),), 0, 0, "c", (), {})

    assert course([1, 0, 1, 0], at_once)[1] == [
        (0, "raised"),
        (1, "resolved"),
        (2, "raised"),
        (3, "resolved"),
    ]


def test_old_data_do_not_resolve_what_newer_data_raised():
    """Another device delivers yesterday's calm night while today's fever is out."""
    episode, _ = course([1] * 6)
    yesterday = START - 1440 * MINUTE

    changes = [episode.update(yesterday + minute * MINUTE, 0, TWO_GRADES) for minute in range(60)]

    assert changes == [None] * 60
    assert episode.raised == 1


def test_old_evidence_does_not_break_a_run_of_now():
    episode, _ = course([1] * 4)
    for minute in range(3):
        episode.update(START - (600 - minute) * MINUTE, 1, TWO_GRADES)

    assert [episode.update(START + m * MINUTE, 1, TWO_GRADES) for m in (4, 5)] == [None, "raised"]


@pytest.mark.parametrize("condition", sorted(load_policy().rules))
@given(data=st.data())
@settings(max_examples=25)
def test_every_rule_ends_in_peace(condition, data):
    """Whatever was seen: after long calm nothing is out, and there is nothing to keep."""
    rule_ = load_policy().rules[condition]
    levels = st.none() | st.integers(0, len(rule_.grades))
    episode, changes = course(data.draw(st.lists(levels, max_size=200)), rule_)
    now = START + 200 * MINUTE
    calm = [episode.update(now + m * MINUTE, 0, rule_) for m in range(rule_.clear_ms // MINUTE + 2)]

    story = [change for _, change in changes] + [change for change in calm if change]

    assert not episode.raised
    assert episode.idle(now + max(rule_.clear_ms, rule_.grace_ms) + 10 * MINUTE, rule_)
    out = False
    for change in story:
        assert (change == "raised") != out
        out = change != "resolved"
    assert not out


class Course(RuleBasedStateMachine):
    """Any evidence at any later time, beside a plain record of what was seen."""

    def __init__(self):
        super().__init__()
        self.episode, self.time, self.story = Episode(), START, []
        self.seen: list[tuple[int, int]] = []

    @rule(wait=st.sampled_from([0, 1, 1, 1, 1, 2, 3, 7, 500]), level=st.sampled_from([0, 0, 1, 1, 1, 2, 2]))
    def evidence(self, wait, level):
        self.time += wait * MINUTE
        self.seen.append((self.time, level))
        change = self.episode.update(self.time, level, TWO_GRADES)
        if change:
            self._check(change, level)
            self.story.append(change)

    @rule()
    def restart(self):
        stored = msgspec.msgpack.encode(self.episode)
        self.episode = msgspec.msgpack.decode(stored, type=Episode)

    def _check(self, change, level):
        if change == "resolved":
            since = self.time - TWO_GRADES.clear_ms
            assert all(found == 0 for time, found in self.seen if time > since)
            assert self.story[-1] in ("raised", "escalated")
            return
        assert level >= self.episode.raised
        delay = TWO_GRADES.grades[self.episode.raised - 1].delay_ms
        run = [time for time, found in self.seen if found >= self.episode.raised]
        begin = next(time for time in reversed(run) if time <= self.time - delay)
        within = [time for time in run if time >= begin]
        assert all(b - a <= TWO_GRADES.grace_ms for a, b in pairwise(within))
        assert self.episode.onset <= self.time - TWO_GRADES.grades[0].delay_ms
        assert (change == "raised") == (not self.story or self.story[-1] == "resolved")

    @invariant()
    def out_is_what_was_told(self):
        assert bool(self.episode.raised) == bool(self.story and self.story[-1] != "resolved")


Course.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestCourse = Course.TestCase


def test_an_alert_of_which_nothing_is_heard_lapses():
    episode, _ = course([1] * 7)

    assert not episode.lapsed(START + 6 * MINUTE + TWO_GRADES.lapse_ms, TWO_GRADES)
    assert episode.lapsed(START + 7 * MINUTE + TWO_GRADES.lapse_ms, TWO_GRADES)
    assert not course([0] * 7)[0].lapsed(START + 10 * TWO_GRADES.lapse_ms, TWO_GRADES)
