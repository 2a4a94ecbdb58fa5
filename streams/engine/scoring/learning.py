"""What answers have taught a partition, as of each record.

An answer at one offset counts for every record behind it, of any wearer, and must do so again when the log
is read again. So the cohorts' parameters are stored with the partition's position, as they were behind
that record, and a page keeps the lessons of its own answers until that position has passed them: what a
page that is ahead does not decide again is learnt from there, at its own offset.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable
from operator import attrgetter

from models.usefulness.adaptation import Adaptation
from models.usefulness.cohorts import CohortData, Cohorts, Lesson
from models.usefulness.counsel import Counsel, Mode
from models.usefulness.taught import Taught


class PartitionLearning:
    """The cohorts of one partition, and lessons whose time has not come."""

    def __init__(self, adaptation: Adaptation, mode: Mode) -> None:
        self._adaptation, self._mode = adaptation, mode
        self._cohorts = Cohorts(adaptation.learning)
        self._waiting: list[Lesson] = []
        """In order of offset."""

    def restore(self, data: CohortData) -> None:
        """Begin with what was stored."""
        self._cohorts = Cohorts(self._adaptation.learning, data)

    def expect(self, lessons: Iterable[Lesson]) -> None:
        """Take lessons: each will count from the record behind its own on."""
        for lesson in lessons:
            insort(self._waiting, lesson, key=attrgetter("offset"))

    def counsel(self, taught: Taught, offset: int) -> Counsel:
        """Counsel for the record with this offset; records come in order."""
        self._reach(offset)
        return Counsel(self._adaptation, self._cohorts, taught, self._mode, offset)

    def data(self, position: int) -> CohortData:
        """What is to be stored with this position, the last record decided."""
        self._reach(position + 1)
        return self._cohorts.snapshot()

    def errors(self, position: int) -> dict[str, tuple[int, float]]:
        """By cohort: how many answers were foretold up to this position, and the Brier score of that."""
        self._reach(position + 1)
        return self._cohorts.errors()

    def _reach(self, offset: int) -> None:
        """Learn all that counts for the record with this offset."""
        if not self._waiting or self._waiting[0].offset >= offset:
            return
        due = [lesson for lesson in self._waiting if lesson.offset < offset]
        del self._waiting[: len(due)]
        for lesson in due:
            self._cohorts.learn(lesson)
