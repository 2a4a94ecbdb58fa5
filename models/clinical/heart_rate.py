"""Heart rate by context: how far effort, sleep, training, pregnancy and age move the edges of a rate at rest.

The edges at rest stand in the policy file (NEWS2, Royal College of Physicians 2017). `LIMITS` says what else
counts, each with its source; the policy file may say another number under the same name.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from models.clinical.bands import Band, Bands, finding
from models.clinical.news2 import SOURCE
from streams.records import Finding


@dataclass(frozen=True, slots=True)
class Limit:
    """A number of a rule (1/min, where nothing else is said) and where it comes from."""

    value: float
    source: str


LIMITS = {
    "recovering": Limit(
        20.0, "after effort, or where the context is not known, edges are so much milder: own choice"
    ),
    "asleep": Limit(
        6.0, "30 to 40 is common in fit sleepers: ESC guidelines on cardiac pacing, 2021 (usual not known)"
    ),
    "athlete": Limit(6.0, "a slow rate so near the own usual is the own usual: own choice"),
    "athlete_below": Limit(
        29.0, "30 and more is normal in athletes: Sharma et al., international criteria, JACC 2017"
    ),
    "never_below": Limit(33.0, "from here down the own usual excuses nothing: own choice"),
    "pregnant_above": Limit(
        121.0, "above 120 is a red trigger in pregnancy: MEOWS, Singh et al., Anaesthesia 2012"
    ),
    "active_margin": Limit(20.0, "two spreads of 10 above the predicted maximum: Tanaka et al., JACC 2001"),
    "spreads": Limit(4.0, "spreads from the own usual, 1: own choice"),
    "own_above": Limit(100.0, "tachycardia is a rate above 100: AHA"),
    "own_below": Limit(46.0, "bradycardia below 50 by ESC 2021, with a margin: own choice"),
    "settles_days": Limit(28.0, "days for which a pulse that a medicine quickens is no news: own choice"),
}

YOUNGEST = 20.0
"""Age (years) that is taken where it is not known: it gives the highest maximum, so that unknown widens."""

CHILD_ABOVE = Bands((0, 1, 4), (161.0, 151.0, 141.0, 0.0), 1)
"""First rate that is fast in a child of so many whole years; 0 = as in adults (NICE NG143, 2019: above 160 in
the first year, 150 in the second, 140 from two to five)."""

AT_REST = Bands(
    (40, 50, 90, 110, 130),
    (
        Band("very slow", 3),
        Band("slow", 1),
        Band("usual", 0),
        Band("somewhat fast", 1),
        Band("fast", 2),
        Band("very fast", 3),
    ),
    1,
)


def predicted_maximum(age: float) -> float:
    """Highest heart rate to expect in effort at an age (years; NaN = not known), 1/min.

    208 - .7 × age (Tanaka et al., JACC 2001;37:153).
    """
    return 208.0 - 0.7 * (YOUNGEST if math.isnan(age) else age)


def child_above(age: float) -> float:
    """The first rate (1/min) that is fast in somebody of this age by calendar year; 0 = as in adults.

    A birthday that is still to come makes one younger: the higher edge counts. NaN = not known, an adult.
    """
    return 0.0 if math.isnan(age) else CHILD_ABOVE.of(max(age - 1.0, 0.0))


def pulse_finding(value: float) -> Finding:
    """A heart rate at rest (1/min) with its band of NEWS2."""
    return finding("heart rate at rest", value, "1/min", AT_REST, SOURCE)
