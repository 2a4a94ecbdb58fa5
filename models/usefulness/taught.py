"""What one wearer's answers taught: which alerts can still be answered, and how the answers came out.

Two strings of bytes in the wearer's state, 22 bytes for an alert and three for a condition, empty for whom
nobody ever told anything.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from models.usefulness.situation import WORDS, Situation

KEPT = 16
"""Alerts of a wearer that can be answered: the newest."""
VALID_MS = 14 * 86_400_000
"""Stream time after the raise within which an answer counts."""
FULL = 48
"""Answers on one condition above which the old ones fade: both counts are halved."""

_ALERT = struct.Struct("<6sIQI")
_COUNT = struct.Struct("<BBB")
LONGEST = 254
"""Minutes; what lasted longer is kept as this."""
_ANSWERS = {0: None, 1: False, 2: True}
# A situation, and above it the answer and how long the alert's evidence lasted; 0 = it has not ended.
_SITUATION, _ANSWER = 40, 2


class Told(NamedTuple):
    """An alert that can be answered."""

    mark: bytes
    """The first six bytes of its id."""
    raised_s: int
    """Stream time of the raise, s UTC."""
    situation: Situation
    useful: bool | None = None
    """The answer that stands, if there is one."""
    answered_s: int = 0
    """When it was given, s UTC."""
    lasted: int | None = None
    """Minutes that the evidence lasted after the raise; None until the alert has ended."""


class Tally(NamedTuple):
    """Answers of one wearer on one condition."""

    useful: int = 0
    useless: int = 0

    @property
    def total(self) -> int:
        """How many answers stand."""
        return self.useful + self.useless


class Taught(msgspec.Struct, array_like=True, gc=False):
    """The personal part, as bytes."""

    alerts: bytes = b""
    tallies: bytes = b""

    def tell(self, alert: str, situation: Situation, now: int) -> None:
        """Keep a raised alert (id of hex digits) so that it can be answered; lets go of what is too old."""
        mark = _mark(alert)
        kept = [told for told in self._told() if told.mark != mark and now - told.raised_s * 1000 <= VALID_MS]
        kept.append(Told(mark, now // 1000, situation))
        self._keep(kept[-KEPT:])

    def find(self, alert: str, now: int) -> Told | None:
        """The alert of this id, if it can still be answered."""
        try:
            mark = _mark(alert)
        except ValueError:
            return None
        found = next((told for told in self._told() if told.mark == mark), None)
        return None if found is None or now - found.raised_s * 1000 > VALID_MS else found

    def raised(self, begin_s: int, end_s: int) -> list[str]:
        """Priorities of the alerts kept that were raised from one stream time to before another (s UTC)."""
        return [told.situation.priority for told in self._told() if begin_s <= told.raised_s < end_s]

    def answer(self, told: Told, useful: bool | None, time: int) -> None:
        """Let an answer stand for an alert that was found, given at `time` (ms UTC); None takes it back."""
        self._change(told._replace(useful=useful, answered_s=time // 1000))
        course = told.situation.course
        self._count(course, told.useful, -1)
        self._count(course, useful, +1)

    def end(self, told: Told, lasted: int) -> None:
        """Note how long (minutes) the evidence of an alert that was found lasted after its raise."""
        self._change(told._replace(lasted=min(lasted, LONGEST)))

    def tally(self, course: str) -> Tally:
        """The answers on one condition and side."""
        return self._tallies().get(_number(course), Tally())

    def clear(self) -> None:
        """Forget everything."""
        self.alerts = self.tallies = b""

    def _told(self) -> Iterator[Told]:
        for mark, raised_s, code, answered_s in _ALERT.iter_unpack(self.alerts):
            situation = Situation.unpack(code & ((1 << _SITUATION) - 1))
            answer, lasted = code >> _SITUATION & ((1 << _ANSWER) - 1), code >> _SITUATION + _ANSWER
            ended = lasted - 1 if lasted else None
            yield Told(mark, raised_s, situation, _ANSWERS[answer], answered_s, ended)

    def _change(self, changed: Told) -> None:
        self._keep([changed if one.mark == changed.mark else one for one in self._told()])

    def _keep(self, alerts: list[Told]) -> None:
        self.alerts = b"".join(
            _ALERT.pack(told.mark, told.raised_s, _code(told), told.answered_s) for told in alerts
        )

    def _tallies(self) -> dict[int, Tally]:
        return {number: Tally(good, bad) for number, good, bad in _COUNT.iter_unpack(self.tallies)}

    def _count(self, course: str, useful: bool | None, step: int) -> None:
        if useful is None:
            return
        tallies, number = self._tallies(), _number(course)
        good, bad = tallies.get(number, Tally())
        good, bad = (max(good + step, 0), bad) if useful else (good, max(bad + step, 0))
        if good + bad > FULL:
            good, bad = good // 2, bad // 2
        tallies[number] = Tally(good, bad)
        self.tallies = b"".join(
            _COUNT.pack(number, *tally) for number, tally in sorted(tallies.items()) if tally.total
        )


def _mark(alert: str) -> bytes:
    return bytes.fromhex(alert[:12]).ljust(6, b"\0")


def _code(told: Told) -> int:
    answer = 0 if told.useful is None else 1 + told.useful
    lasted = 0 if told.lasted is None else 1 + told.lasted
    return told.situation.pack() | (answer | lasted << _ANSWER) << _SITUATION


def _number(course: str) -> int:
    condition, _, side = course.partition(":")
    return WORDS["condition"].index(condition) * 3 + WORDS["side"].index(side)
