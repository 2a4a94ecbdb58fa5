"""The figures of the study, as they are printed and written."""

from __future__ import annotations

import msgspec

from bench.machine import Machine


class ByCondition(msgspec.Struct, frozen=True):
    """How well one planted condition was found. Delays in minutes from its true start to the alert."""

    planted: int
    found: int
    delay_median_min: float | None
    delay_p90_min: float | None


class SystemFigures(msgspec.Struct, frozen=True):
    """One system over the whole simulation. Rates are per wearer and day."""

    alerts: dict[str, float]
    """By the highest priority of an alert's life."""
    false: dict[str, float]
    """Alerts above `info` that nothing planted explains, by priority."""
    false_urgent: float
    """False alerts of priority high and medium."""
    false_all: float
    other_condition: float
    """Alerts during an episode for a condition that was not planted."""
    planted: int
    found: int
    """Episodes of minutes to hours; conditions of days are judged apart."""
    conditions: dict[str, ByCondition]
    false_conditions: dict[str, int]
    revisions: int
    risks: int
    packets: dict[str, int]

    @property
    def recall(self) -> float:
        """Share of the episodes that were found."""
        return self.found / self.planted if self.planted else 0.0


class IllnessFigures(msgspec.Struct, frozen=True):
    """Planted illnesses, and days with an illness alert out though nobody was ill."""

    planted: int
    found: int
    within_48_h: int
    """Told within two days of the first rise."""
    within_48_h_of_height: int
    """Told within two days of its full height, which comes three days after the first rise."""
    hours_to_80_percent: float | None
    """Hours after their begin by which four of five were told; None when fewer were."""
    days_outside: int
    """Days without a planted illness and the time after it."""
    alert_days_outside: int
    days_free: int
    """Days without any planted episode that moves what nights are judged by, and the time after it."""
    alert_days_free: int

    @property
    def per_140(self) -> float:
        """Alert days among 140 days without illness."""
        return _per_140(self.alert_days_outside, self.days_outside)

    @property
    def per_140_free(self) -> float:
        """Alert days among 140 days on which nothing planted explains one."""
        return _per_140(self.alert_days_free, self.days_free)


def _per_140(alert_days: int, days: int) -> float:
    return 140 * alert_days / days if days else 0.0


class DriftFigures(msgspec.Struct, frozen=True):
    """Planted shifts of a sensor."""

    planted: int
    recognised: int
    """There was an alert that a sensor's readings have shifted."""
    as_illness: int
    """Told as an illness meanwhile."""
    unfounded: int
    """Such alerts of wearers whose sensors had not shifted."""
    by_signal: dict[str, tuple[int, int]]
    """Recognised and planted."""


class TreatmentFigures(msgspec.Struct, frozen=True):
    """Medicines and habits begun, without those that were not tolerated: what was said of the effect."""

    begun: int
    answered: int
    """There was a verdict other than `too_early`."""
    changed: int
    inside: int
    """Of the verdicts with an interval, those whose interval holds the true effect."""
    intervals: int


class Point(msgspec.Struct, frozen=True):
    """A system at one setting of its thresholds (1 = as they ship)."""

    scale: float
    """Of what is judged by the minute."""
    recall: float
    false_urgent: float
    false_all: float
    nights: float = 1.0
    """The factor of what is judged by nights."""


class Share(msgspec.Struct, frozen=True):
    """False alerts per wearer and day of both systems where both find the same share."""

    recall: float
    own: float
    population: float


class PopulationFigures(msgspec.Struct, frozen=True):
    """Own normal beside thresholds made of the population, at the same share found."""

    wearers: int
    recall: float
    """What both find: the lower of the two where the population system can't reach the other."""
    own_all: float
    own_urgent: float
    population_all: float
    population_urgent: float
    points: list[Point]
    """The population's curve; `own_points` that of own normal."""
    own_points: list[Point] = []
    shares: list[Share] = []
    """Both at several shares found, each at the setting or between those that cost least."""
    own_recall: float | None = None
    """What own normal finds as it ships."""
    ratio_low: float | None = None
    """With `ratio_high` the 95 % interval of the ratio, by drawing wearers anew."""
    ratio_high: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times more false alerts the population system gives."""
        return self.population_all / self.own_all if self.own_all else None


class FeedbackFigures(msgspec.Struct, frozen=True):
    """The second week with and without answers in the first."""

    answers: int
    false_without: int
    false_with: int
    found_without: int
    found_with: int
    planted: int
    high_without: int
    """Planted episodes that a `high` alert found in the second week."""
    high_lost: int
    """Those of them that nothing found in the run with answers."""

    @property
    def fall(self) -> float:
        """Share by which false alerts fell."""
        return 1 - self.false_with / self.false_without if self.false_without else 0.0


class RealFigures(msgspec.Struct, frozen=True):
    """A recording of real people through the same core; nothing is planted and nothing known of the truth."""

    wearers: int
    wearer_days: int
    """Days, counted from a wearer's first packet, that have data."""
    packets: int
    alerts: dict[str, float]
    """Per wearer and day, by priority."""
    conditions: dict[str, int]


class Study(msgspec.Struct, frozen=True):
    """A whole study; a part that was not run is None."""

    date: str
    quick: bool
    wearers: int
    days: float
    seed: int
    seconds: float
    processes: int
    machine: Machine
    own: SystemFigures
    illness: IllnessFigures
    drift: DriftFigures
    treatment: TreatmentFigures
    feedback: FeedbackFigures | None
    population: PopulationFigures | None
    real: dict[str, RealFigures]
