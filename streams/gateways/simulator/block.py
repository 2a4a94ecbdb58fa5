"""What the planned courses do within one block of ticks, as arrays over (ticks, wearers)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from streams.gateways.simulator.episodes import Course

Array = NDArray[np.float32]
TICK_MS = 5_000


@dataclass(slots=True)
class Influence:
    """Everything outside of ordinary life that acts on a block of T ticks, M minutes, W wearers.

    `add[signal]` and `weight[signal]`, `goal[signal]` exist only for signals that a course touches.
    """

    ticks: int
    wearers: int
    add: dict[str, Array] = field(default_factory=dict)
    weight: dict[str, Array] = field(default_factory=dict)
    goal: dict[str, Array] = field(default_factory=dict)
    hrv: Array = field(init=False)
    irregular: Array = field(init=False)
    calm: NDArray[np.uint8] = field(init=False)
    faults: list[Course] = field(default_factory=list)
    readings: list[tuple[int, int]] = field(default_factory=list)
    """Measurements of blood pressure for a reason: wearer, ms after the wearer's block begins."""
    later: NDArray[np.float64] | float = 0.0
    """Hours by which each wearer goes to bed and gets up later than usual, (W)."""

    def __post_init__(self) -> None:
        shape = (self.ticks, self.wearers)
        self.hrv = np.ones(shape, np.float32)
        self.irregular = np.zeros(shape, np.float32)
        self.calm = np.zeros((self.ticks * TICK_MS // 60_000, self.wearers), np.uint8)

    def rows(self, table: dict[str, Array], name: str) -> Array:
        """Give the array of one signal, made on first use."""
        if name not in table:
            table[name] = np.zeros((self.ticks, self.wearers), np.float32)
        return table[name]

    def apply(self, name: str, values: Array) -> Array:
        """Add and pull what the courses ask of this signal."""
        if name in self.add:
            values = values + self.add[name]
        if name in self.weight:
            values = values + self.weight[name] * (self.goal[name] - values)
        return values


def influence(courses: Iterable[Course], start: int, phase: NDArray[np.int64], ticks: int) -> Influence:
    """Lay courses over the block that begins at `start` + each wearer's phase (ms)."""
    result = Influence(ticks, len(phase))
    steps = np.arange(ticks) * TICK_MS
    for course in courses:
        if course.fault:
            result.faults.append(course)
            continue
        begin = start + int(phase[course.who])
        _lay(result, course, _strength(course, begin + steps))
        result.readings += [
            (course.who, at - begin) for at in course.readings if 0 <= at - begin < ticks * TICK_MS
        ]
    return result


def _strength(course: Course, at: NDArray[np.int64]) -> Array:
    """Give the trapezoid of a course, 0 outside, eased so that ramps begin and end softly."""
    up = (at - course.start) / max(course.rise, 1)
    down = (course.end - at) / max(course.fall, 1)
    x = np.clip(np.minimum(up, down), 0, 1)
    return np.asarray(x * x * (3 - 2 * x), dtype=np.float32)


def _lay(result: Influence, course: Course, strength: Array) -> None:
    who = course.who
    if not strength.any():
        return
    for name, amount in course.add.items():
        result.rows(result.add, name)[:, who] += strength * amount
    for name, goal in course.to.items():
        result.rows(result.weight, name)[:, who] = strength
        result.rows(result.goal, name)[:, who] = goal
    result.hrv[:, who] *= 1 + strength * (course.hrv - 1)
    if course.irregular:
        result.irregular[:, who] = np.where(strength > 0, course.irregular, 0)
    by_minute = strength.reshape(len(result.calm), -1).any(axis=1)
    np.maximum(result.calm[:, who], by_minute * np.uint8(course.calm), out=result.calm[:, who])
