"""The rules in force, read from one readable file: `policy.toml` beside this module."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import cast, get_args

from models.policy import sheet
from models.toml_table import toml_table
from streams.records import Condition, Priority, Side

LAPSE_MS = 86_400_000
DEFAULT = Path(__file__).with_name("policy.toml")
RANK: dict[str, int] = {"none": 0, "info": 1, "low": 2, "medium": 3, "high": 4}
"""Urgency by priority."""
PRIORITY = {rank: name for name, rank in RANK.items()}


@dataclass(frozen=True, slots=True)
class GradeRule:
    """One grade of a condition: where it begins, how long it must last, how urgent it is."""

    priority: Priority
    delay_ms: int
    above: float | None
    below: float | None


@dataclass(frozen=True, slots=True)
class Rule:
    """How one condition becomes an alert and how the alert ends."""

    condition: Condition
    title: str
    grades: tuple[GradeRule, ...]
    grace_ms: int
    clear_ms: int
    clears: str
    advice: tuple[tuple[str, str], ...]
    limits: dict[str, float]
    lapse_ms: int = LAPSE_MS
    """Without evidence either way for so long an alert is no longer upheld."""
    back: float = 0.0
    """Hysteresis: how far on the safe side of its mildest edge a reading must be to count as clear."""
    better: float | None = None
    """A reading that has come back by so much within the improving time improves; None = no such reading."""
    remind: bool = True
    live: bool = True
    """Whether it rests on what a sensor says now, not on days."""
    missing_ms: int = 0
    """A time up to this long in which nothing was heard either way does not break a run."""
    once: bool = False
    """Whether its evidence comes once: what waits would never be told."""
    history: bool = True
    """Whether what is found in old data is history; False: it speaks of years, not of those days."""
    above: tuple[float, ...] = field(init=False, repr=False, compare=False)
    """Upper edges of the grades, mildest first; infinite where a grade has none."""
    below: tuple[float, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        above = tuple([math.inf if grade.above is None else grade.above for grade in self.grades])
        below = tuple([-math.inf if grade.below is None else grade.below for grade in self.grades])
        object.__setattr__(self, "above", above)
        object.__setattr__(self, "below", below)

    def level(self, value: float, softer: float = 0.0) -> int:
        """The highest grade whose edge `value` passes; `softer` moves every edge to the mild side."""
        found = 0
        for i, grade in enumerate(self.grades):
            over = grade.above is not None and value >= grade.above + softer
            under = grade.below is not None and value <= grade.below - softer
            if over or under:
                found = i + 1
        return found

    def near(self, beyond: float | None) -> bool:
        """Whether a reading this far past the mildest edge (negative: on the safe side) is not clear yet."""
        return beyond is not None and beyond > -self.back


@dataclass(frozen=True, slots=True)
class Manner:
    """How alerts of one priority behave, whatever their condition."""

    remind_ms: int
    """Time between reminders; 0 = never."""
    remind_most: int
    """Reminders at most; 0 = until acknowledged or over."""
    snooze_ms: int
    """How long a snooze holds that does not say until when."""
    snooze_most_ms: int
    hour: int
    """As many raises of this priority or above, `high` apart, in an hour make another wait; 0 = no limit."""
    day: int
    answers_delay_ms: int
    """How much longer evidence must last at most because of people's answers."""
    waits: bool
    """Whether telling waits while the value comes back by itself or its sensor is off."""


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules, and a digest that names them in every alert."""

    rules: dict[str, Rule]
    digest: str
    manners: dict[str, Manner] = field(default_factory=dict)
    """By priority."""
    groups: dict[str, frozenset[str]] = field(default_factory=dict)
    """By course (`condition` or `condition:side`): the courses whose alerts are of the same cause."""
    historic_ms: int = 3_600_000
    improving_ms: int = 600_000
    off_ms: int = 300_000
    unheard_ms: int = 3_600_000
    off_remind_ms: int = 3_600_000
    news: int = 1
    reasons: int = 5
    course_hour: int = 2

    def rule_of(self, course: str) -> Rule:
        """The rule of a course: that of its condition."""
        return self.rules[condition_of(course)]


def condition_of(course: str) -> str:
    """The condition of a course (`condition` or `condition:side`)."""
    return course.partition(":")[0]


def load_policy(path: Path = DEFAULT) -> Policy:
    """Read and check a policy file. Raises ValueError with what is wrong with it."""
    text = path.read_bytes()
    try:
        return _policy(sheet.read(toml_table(text)), hashlib.sha256(text).hexdigest()[:12])
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error


def _policy(found: sheet.Sheet, digest: str) -> Policy:
    _same("conditions", set(get_args(Condition)), set(found.conditions))
    _same("priorities", set(get_args(Priority)), set(found.priority))
    general = found.policy
    return Policy(
        {name: _rule(name, row) for name, row in found.conditions.items()},
        digest,
        {name: _manner(name, row) for name, row in found.priority.items()},
        _groups(found.groups),
        _ms(general.historic_s),
        _ms(general.improving_s),
        _ms(general.off_s),
        _ms(general.unheard_s),
        _ms(general.off_remind_s),
        general.news,
        general.reasons,
        general.course_hour,
    )


def _same(what: str, known: set[str], given: set[str]) -> None:
    if known != given:
        raise ValueError(f"{what}: unknown {sorted(given - known)}, missing {sorted(known - given)}")


def _rule(name: str, row: sheet.ConditionRow) -> Rule:
    grades = tuple(GradeRule(g.priority, _ms(g.delay_s), g.above, g.below) for g in row.grades)
    if any(RANK[milder.priority] > RANK[worse.priority] for milder, worse in pairwise(grades)):
        raise ValueError(f"[{name}] a worse grade must not be less urgent than a milder one")
    if not row.remind and grades[-1].priority == "high":
        raise ValueError(f"[{name}] can be high, so people must be reminded of it")
    return Rule(
        cast("Condition", name), row.title, grades, _ms(row.grace_s), _ms(row.clear_s), row.clears,
        tuple((a.text, a.source) for a in row.advice), row.limits, _ms(row.lapse_s), row.back, row.better,
        row.remind, row.live, _ms(row.missing_s), row.once, row.history,
    )  # fmt: skip


def _manner(name: str, row: sheet.PriorityRow) -> Manner:
    if name == "high" and (row.remind_s == 0 or row.remind_most or row.snooze_most_s == 0):
        raise ValueError("[priority.high] must be reminded of without end, and its snooze needs an end")
    if name == "high" and (row.hour or row.day or row.answers_delay_s or row.waits):
        raise ValueError("[priority.high] is never limited, delayed by answers or made to wait")
    return Manner(
        _ms(row.remind_s), row.remind_most, _ms(row.snooze_s), _ms(row.snooze_most_s), row.hour, row.day,
        _ms(row.answers_delay_s), row.waits,
    )  # fmt: skip


def _groups(rows: dict[str, list[str]]) -> dict[str, frozenset[str]]:
    """Of each course those of the same cause; both sides where the file names none."""
    related: dict[str, frozenset[str]] = {}
    for name, row in rows.items():
        courses = [course for entry in row for course in _courses(name, entry)]
        for course in courses:
            others = {other for other in courses if condition_of(other) != condition_of(course)}
            related[course] = related.get(course, frozenset()) | others
    return related


def _courses(name: str, entry: str) -> list[str]:
    condition, _, side = entry.partition(":")
    if condition not in get_args(Condition) or side not in get_args(Side):
        raise ValueError(f"[groups] {name} has {entry!r}, which is no condition")
    return [entry] if side else [condition, f"{condition}:high", f"{condition}:low"]


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
