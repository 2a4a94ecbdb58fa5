"""The alert policy as one state machine: whatever is seen and said, no `high` is silent, every alert ends."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from models.policy.members import greatest, members, rank_of
from models.policy.rules import RANK
from tests.models.policy.stories import MINUTE, POLICY, START, Story, said, seen

COURSES = {
    "desaturation": ("spo2", 2), "deterioration": ("rr", 2), "anomaly": ("hr", 1), "fever": ("temp", 2),
    "glucose:low": ("glucose", 3), "glucose:high": ("glucose", 1), "glucose_forecast": ("glucose", 1),
    "rhythm": ("ibi", 1), "illness": ("temp", 1),
}  # fmt: skip
"""Course to its signal and its gravest level."""
HIGH = POLICY.manners["high"]
LOST = ("contact", "motion")


class Watched(RuleBasedStateMachine):
    """A wearer, beside a twin whose state is never stored: both must be told the same."""

    def __init__(self):
        super().__init__()
        self.story, self.twin = Story(), Story()
        self.minute = 0
        self.now = dict.fromkeys(COURSES, 0)
        self.lost = ""
        self.lives: dict[str, list] = {}

    def tell(self, *found, **observed):
        minute, told = self.minute, self.story.take(self.minute, *found, **observed)
        assert told == self.twin.take(minute, *found, **observed)
        self.keep(told)

    def keep(self, told):
        for alert in told:
            life = self.lives.setdefault(alert.id, [])
            assert alert.revision == len(life) + 1
            assert (alert.status == "raised") == (not life)
            assert not life or life[-1].status != "resolved"
            if life and alert.status in ("escalated", "answered", "resolved"):  # else a drop may be told
                assert RANK[alert.priority] >= RANK[life[-1].priority]
            life.append(alert)

    @rule(course=st.sampled_from(sorted(COURSES)), level=st.integers(0, 3), minutes=st.integers(1, 25))
    def evidence(self, course, level, minutes):
        self.now[course] = min(level, COURSES[course][1])
        self.go_on(minutes)

    @rule(minutes=st.sampled_from([1, 3, 10, 40]))
    def go_on(self, minutes):
        for _ in range(minutes):
            self.minute += 1
            view = seen(self.minute, {s: self.lost for s, _ in COURSES.values()} if self.lost else None)
            found = [] if self.lost else [self.evidence_of(course) for course in self.now]
            self.tell(view, *found)
            self.no_high_is_silent()

    def evidence_of(self, course):
        signal, _ = COURSES[course]
        return said(self.minute, course, self.now[course], (signal, 1.0), beyond=3.0 * self.now[course] - 6.0)

    @rule(
        course=st.sampled_from(sorted(COURSES)), level=st.integers(0, 3), late=st.sampled_from([3, 45, 200])
    )
    def another_device_comes_late(self, course, level, late):
        signal, gravest = COURSES[course]
        for minute in range(self.minute - late, min(self.minute - late + 30, self.minute)):
            found = said(minute, course, min(level, gravest), (signal, 1.0))
            for story in (self.story, self.twin):
                told = story.take(minute, found, late=self.minute - minute)
            self.keep(told)

    @rule(cause=st.sampled_from(["", *LOST]))
    def lose_the_sensor(self, cause):
        self.lost = cause
        self.go_on(2)

    @rule(minutes=st.sampled_from([5, 90, 2000]))
    def fall_silent(self, minutes):
        self.minute += 1
        self.tell(silent_since=START + (self.minute - 1) * MINUTE, silence="battery")
        self.minute += minutes
        self.tell(returned=True)
        self.go_on(1)

    @precondition(lambda self: self.lives)
    @rule(
        action=st.sampled_from(["acknowledge", "snooze", "answer"]),
        which=st.integers(0, 50),
        minutes=st.sampled_from([-5, 1, 20, 600, 100_000]),
        useful=st.sampled_from([None, True, False]),
    )
    def people(self, action, which, minutes, useful):
        alert = list(self.lives)[which % len(self.lives)]
        for story in (self.story, self.twin):
            told = story.answer(self.minute, action, alert, minutes=minutes, useful=useful)
            assert story.case.unknown_feedback == (self.lives[alert][-1].status == "resolved")
        self.keep(told)

    @rule()
    def restart(self):
        self.story.restart()

    def no_high_is_silent(self):
        """Graver than before, or not yet taken on: it was told of within its time."""
        judged, now = self.story.judged, START + self.minute * MINUTE
        for first, life in judged.lives.items():
            courses = {c: e for c, e in judged.episodes.items() if e.alert == first and e.stands}
            if not courses or greatest(POLICY, courses, life) < RANK["high"] or self.lost:
                continue
            assert life.snoozed <= now + HIGH.snooze_most_ms
            if life.acknowledged is None and not life.snoozed and not life.off:
                assert now - life.told < HIGH.remind_ms

    @invariant()
    def what_is_high_long_enough_is_told_as_high(self):
        judged = self.story.judged
        for course, episode in judged.episodes.items():
            grades = POLICY.rules[course.partition(":")[0]].grades
            for level, (run, grade) in enumerate(zip(episode.grades, grades, strict=False), 1):
                lasts = run.since and run.last - run.since >= grade.delay_ms
                old = START + self.minute * MINUTE - run.last > POLICY.historic_ms
                if grade.priority == "high" and lasts and not old and run.last > judged.over.get(course, 0):
                    assert episode.raised >= level
                    life = judged.lives[episode.alert]
                    assert life.historic or life.rank == RANK["high"]

    @invariant()
    def what_is_told_as_high_has_a_member_that_is(self):
        """An alert whose gravest member is over is as urgent as those that are left."""
        judged = self.story.judged
        for first, life in judged.lives.items():
            assert life.rank <= max(
                rank_of(POLICY, course, episode, life)
                for course, episode in members(judged.episodes, first).items()
            )

    @invariant()
    def courses_and_alerts_belong_together(self):
        judged = self.story.judged
        for episode in judged.episodes.values():
            assert bool(episode.raised) == bool(episode.alert)
            assert not episode.alert or episode.alert in judged.lives
        for first, life in judged.lives.items():
            assert any(episode.alert == first for episode in judged.episodes.values())
            assert life.lead in judged.episodes

    @invariant()
    def what_is_told_is_what_is_out(self):
        out = {life[-1].id for life in self.lives.values() if life[-1].status != "resolved"}
        assert len(out) == len(self.story.judged.lives)

    @invariant()
    def no_more_than_six_raises_an_hour(self):
        raises = [life[0] for life in self.lives.values() if life[0].priority in ("low", "medium")]
        for alert in raises:
            within = [a for a in raises if 0 <= a.updated - alert.updated < 60 * MINUTE]
            assert len(within) <= 6

    def teardown(self):
        """Calm ends everything, and nothing is kept."""
        self.now, self.lost = dict.fromkeys(COURSES, 0), ""
        for _ in range(40):
            self.minute += 60
            calm = [self.evidence_of(course) for course in COURSES]
            self.tell(seen(self.minute, hr=60.0), *calm, said(self.minute, "stale_data", 0))
        judged = self.story.judged
        assert (judged.episodes, judged.lives) == ({}, {})


Watched.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestWatched = Watched.TestCase
