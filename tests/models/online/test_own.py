"""The slow part of the own normal as a whole, minute by minute."""

from __future__ import annotations

from models.online.own import Own

MINUTE = 60_000
DAY = 1440
FIRST = 20_000
"""Days since 1970."""


def sleep(own: Own, day: int, pulse: float) -> None:
    """One night until 7 h, and the minute of the morning that closes its row."""
    begin = (FIRST + day) * DAY
    for minute in range(420):
        own.minute((begin + minute) * MINUTE, "asleep", {"hr": pulse, "temp": 36.5}, 60, 0)
    own.minute((begin + 430) * MINUTE, "rest", {"hr": pulse + 5}, 60, 0)


def test_nights_of_an_illness_are_not_learnt_after_days_without_a_watch_either() -> None:
    own = Own()
    for day in range(14):
        sleep(own, day, 55.0 + day % 2)
    for day in range(14, 17):
        sleep(own, day, 75.0)

    for day in (21, 22):
        sleep(own, day, 55.0)

    pulses = own.nights.series("hr")
    spared = [pulse for back, pulse in enumerate(reversed(pulses)) if own.watch.spared >> back & 1]
    assert spared == [75.0, 75.0, 75.0]
