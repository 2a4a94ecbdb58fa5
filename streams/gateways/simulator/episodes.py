"""Planted episodes: what is wrong, from when to when, and the ground truth of it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from streams.records import Condition

MINUTE = 60_000
HOUR = 3_600_000


@dataclass(frozen=True, slots=True)
class Rates:
    """How much happens. The defaults give a wearer one alarm-worthy episode per 12 hours."""

    episode_hours: float = 12.0
    """Mean hours from one episode of a wearer to the next; 0 plants none."""
    warmup_hours: float = 3.0
    """No episode in the first hours of a wearer's data, so that a baseline can be learnt."""
    spacing_minutes: float = 90.0
    """Least time between two episodes of a wearer."""
    conditions: tuple[Condition, ...] = (
        "rhythm", "deterioration", "anomaly", "desaturation", "fever", "resting_heart_rate", "glucose",
        "collect_again", "stale_data",
    )  # fmt: skip
    """Conditions to plant, equally often each (glucose: only on wearers with a glucose sensor)."""
    contact_per_day: float = 3.0
    """Short losses of contact."""
    flat_per_day: float = 0.5
    """Short flat lines."""
    sync_gap_per_day: float = 1.5
    """Times the device is out of reach of its phone and syncs later all at once."""
    clock_per_day: float = 0.1
    """Times the device's clock jumps ahead for some packets."""
    late: float = 0.003
    """Share of packets that are tried again minutes later."""
    duplicate: float = 0.002
    """Share of packets that are sent twice."""


class Episode(msgspec.Struct, frozen=True, gc=False):
    """One line of the ground truth: this wearer has this condition from `start` to `end` (ms, event time).

    `primary` is False where the condition comes along with another one that was planted, for instance
    the fever of a sepsis. `detail` holds the figures that the episode was made with.
    """

    wearer: str
    condition: Condition
    start: int
    end: int
    primary: bool = True
    detail: dict[str, float] = {}


@dataclass(frozen=True, slots=True)
class Course:
    """How one event shapes the signals of wearer `who`: ramps up over `rise` ms and down over `fall` ms.

    `add` is added at full strength, `to` is approached at full strength (both by signal name). A name like
    `sensor.hr` shifts what the sensor tells, not the body.
    """

    who: int
    start: int
    end: int
    rise: int
    fall: int
    add: dict[str, float]
    to: dict[str, float]
    hrv: float = 1.0
    """Factor on beat-to-beat variability at full strength."""
    irregular: float = 0.0
    """SD of the log of the intervals in atrial fibrillation; 0 = sinus rhythm."""
    calm: int = 0
    """1 = no exercise meanwhile, 2 = at rest or asleep."""
    fault: str = ""
    """`silent`, `contact`, `flat`, `hold` or `clock`: what the device does meanwhile."""
    readings: tuple[int, ...] = ()
    """When the wearer measures blood pressure because of it (ms UTC), besides the usual times."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A course with the truth lines that it is worth (none for what is harmless)."""

    course: Course
    truth: tuple[Episode, ...] = ()
