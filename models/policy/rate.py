"""How many alerts a wearer may have in an hour and a day, and how many of one kind."""

from __future__ import annotations

import msgspec

from models.policy.rules import RANK, Policy

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS


class Raise(msgspec.Struct, array_like=True, frozen=True, gc=False):
    """An alert that was raised at a stream time, ms UTC."""

    time: int
    rank: int
    course: str


def full(raises: list[Raise], course: str, priority: str, now: int, policy: Policy) -> bool:
    """Whether another raise of this priority has to wait."""
    manner = policy.manners[priority]
    if not manner.hour and not manner.day:
        return False
    rank = RANK[priority]
    day = [one for one in raises if now - one.time < DAY_MS and one.rank >= rank]
    hour = [one for one in day if now - one.time < HOUR_MS]
    same = sum(one.course == course for one in hour)
    return (
        (bool(manner.hour) and len(hour) >= manner.hour)
        or (bool(manner.day) and len(day) >= manner.day)
        or same >= policy.course_hour
    )


def note(raises: list[Raise], course: str, rank: int, now: int) -> None:
    """Count a raise, and forget those of more than a day ago; `high` does not count."""
    raises[:] = [one for one in raises if now - one.time < DAY_MS]
    if rank < RANK["high"]:
        raises.append(Raise(now, rank, course))
