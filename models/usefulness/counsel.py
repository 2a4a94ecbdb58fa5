"""What answers say of one record's alerts: how useful they are likely to be, and how much longer to wait."""

from __future__ import annotations

from typing import Literal, NamedTuple

from models.usefulness.adaptation import Adaptation
from models.usefulness.cohorts import Cohorts, Lesson
from models.usefulness.durations import EDGES
from models.usefulness.situation import Situation
from models.usefulness.taught import LONGEST, Taught, Told
from streams.records import Feedback

Mode = Literal["on", "frozen", "off"]


class Opinion(NamedTuple):
    """What to make of an alert that is about to be raised."""

    usefulness: float | None = None
    """Probability that people call it useful; None while too few have answered."""
    extra_ms: int = 0
    """How much longer than by its rule the evidence must last; 0 for `high`, always."""


NONE = Opinion()


class Counsel:
    """Speaks for one wearer at one record; collects what the record teaches.

    `cohorts` is as it stood after all records before this one. `lessons` are for the cohorts to take from
    the next record on; the wearer's own part is written at once, as deciding goes in order.
    """

    __slots__ = ("_adaptation", "_cohorts", "_mode", "_offset", "_taught", "lessons")

    def __init__(
        self, adaptation: Adaptation, cohorts: Cohorts, taught: Taught, mode: Mode, offset: int
    ) -> None:
        """`offset` is that of the record that is decided."""
        self._adaptation, self._cohorts, self._taught = adaptation, cohorts, taught
        self._mode, self._offset = mode, offset
        self.lessons: list[Lesson] = []

    def opinion(self, situation: Situation) -> Opinion:
        """How useful an alert in this situation is likely to be, and how much longer to wait for it."""
        if self._mode == "off":
            return NONE
        learning, course = self._adaptation.learning, situation.course
        own = self._taught.tally(course)
        if own.total < learning.own_answers and self._cohorts.answers(course) < learning.cohort_answers:
            return NONE
        # The cohort's share as a prior of so many answers (beta-binomial), the wearer's own on top of it.
        prior = learning.cohort_counts_as
        share = (prior * self._cohorts.probability(situation) + own.useful) / (prior + own.total)
        usefulness = round(min(max(share, learning.least), learning.most), 2)
        return Opinion(usefulness, self._extra(situation, usefulness))

    def _extra(self, situation: Situation, usefulness: float) -> int:
        """The wait that loses most useless alerts, where a useful one that is lost counts several times."""
        if situation.priority == "high" or situation.condition in self._adaptation.undelayed:
            return 0
        delay, learning = self._adaptation.delays[situation.priority], self._adaptation.learning
        durations, course = self._cohorts.durations, situation.course
        if usefulness >= delay.begins or durations.useless(course) < learning.ended:
            return 0
        cost = delay.useful_counts_as * usefulness
        best, wait = 0.0, 0
        for minutes, useless, useful in zip(
            EDGES, durations.gone(course, False), durations.gone(course, True), strict=True
        ):
            gain = (1.0 - usefulness) * useless - cost * useful
            if minutes * 60_000 <= delay.most_ms and gain > best:
                best, wait = gain, minutes * 60_000
        return wait

    def raised(self, alert: str, situation: Situation, now: int) -> None:
        """Keep the situation in which an alert (id) was raised, so that it can be answered later."""
        self._taught.tell(alert, situation, now)

    def answered(self, feedback: Feedback, now: int) -> bool:
        """Learn from an answer; False when no such alert can be answered (any more).

        The last answer stands, by its own time: one that is older than what stands changes nothing. None is
        later than stream time `now`, or one from a clock that is ahead would stand for ever.
        """
        told = self._taught.find(feedback.alert, now)
        if told is None:
            return False
        useful, time = verdict(feedback), min(feedback.time, now)
        if self._mode != "on" or time // 1000 < told.answered_s or not _said(feedback):
            return True
        if useful != told.useful:
            self._teach(told, useful)
        self._taught.answer(told, useful, time)
        return True

    def ended(self, alert: str, clear_ms: int, now: int) -> None:
        """Note that an alert is over, `clear_ms` after the last evidence for it."""
        told = self._taught.find(alert, now)
        if told is None or told.lasted is not None:
            return
        lasted = max(now - clear_ms - told.raised_s * 1000, 0) // 60_000
        self._taught.end(told, lasted)
        if told.useful is not None and self._mode == "on":
            self._time(told._replace(lasted=min(lasted, LONGEST)), told.useful, 1.0)

    def _time(self, told: Told, useful: bool, weight: float) -> None:
        """Teach how long an answered alert lasted, or take that back; once it is over."""
        if told.lasted is not None:
            self.lessons.append(Lesson(self._offset, told.situation.pack(), useful, weight, told.lasted))

    def _teach(self, told: Told, useful: bool | None) -> None:
        """Take back from the cohorts what was answered before, and give them what stands now."""
        others = self._taught.tally(told.situation.course).total - (told.useful is not None)
        weight = 1.0 / (1.0 + others / self._adaptation.learning.loud_at)
        code = told.situation.pack()
        if told.useful is not None:
            self.lessons.append(Lesson(self._offset, code, told.useful, -weight))
            self._time(told, told.useful, -1.0)
        if useful is not None:
            self.lessons.append(Lesson(self._offset, code, useful, weight))
            self._time(told, useful, 1.0)


def _said(feedback: Feedback) -> bool:
    return feedback.useful is not None or feedback.true_alarm is not None


def verdict(feedback: Feedback) -> bool | None:
    """Whether an answer speaks for such alerts, against them (False), or neither (None).

    What was useful speaks for them. A true alarm never speaks against them, also where it was not useful:
    what is true must not come later for it.
    """
    if feedback.useful:
        return True
    if feedback.useful is None:
        return feedback.true_alarm
    return None if feedback.true_alarm else False
