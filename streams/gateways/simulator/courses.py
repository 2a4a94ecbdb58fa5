"""The course of every condition: which vitals move, how far, how fast; each figure with its source."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from streams.gateways.simulator.episodes import MINUTE, Course, Episode, Planned
from streams.gateways.simulator.people import Cohort
from streams.records import Condition

PULSE_PER_DEGREE = 8.5  # Karjalainen 1986 (J Appl Physiol): beats a minute for each °C of fever
TACHYCARDIA = 110.0  # NEWS2 gives two points above 110 (Royal College of Physicians 2017)
SITTING = 6.0  # beats a minute above the lying rate, as the routine's rest bouts make it
AF_RATE_RISE = (
    26.0,
    16.0,
)  # ltafdb_rr, measured: AF over sinus, median 30 a minute, quartiles 9, 40
AF_IRREGULAR = (0.206, 0.045)  # ltafdb_rr, measured: SD of log intervals, median .206, 5-95 % .133 to .289


class Maker:
    """Draws one wearer's episodes."""

    def __init__(self, rng: np.random.Generator, cohort: Cohort, who: int) -> None:
        self._rng, self._cohort, self._who = rng, cohort, who
        self._rest = float(cohort.hr[who]) + SITTING
        self._makers: dict[Condition, Callable[[int], Planned]] = {
            "rhythm": self._rhythm,
            "deterioration": self._deterioration,
            "anomaly": self._anomaly,
            "desaturation": self._desaturation,
            "fever": self._fever,
            "resting_heart_rate": self._resting,
            "glucose": self._glucose,
            "collect_again": self._collect_again,
            "stale_data": self._stale,
            "blood_pressure": self._pressure,
            "shock": self._shock,
        }

    def make(self, condition: Condition, start: int) -> Planned:
        """Draw an episode of this condition that begins at `start` (ms)."""
        return self._makers[condition](start)

    def _u(self, low: float, high: float) -> float:
        return float(self._rng.uniform(low, high))

    def _n(self, mean: float, sd: float, low: float, high: float) -> float:
        return float(np.clip(self._rng.normal(mean, sd), low, high))

    def _planned(
        self,
        condition: Condition,
        start: int,
        minutes: tuple[float, float, float],
        *,
        also: tuple[Condition, ...] = (),
        add: dict[str, float] | None = None,
        to: dict[str, float] | None = None,
        hrv: float = 1.0,
        irregular: float = 0.0,
        calm: int = 2,
        fault: str = "",
        readings: tuple[int, ...] = (),
    ) -> Planned:
        """Put together an episode from its minutes of rise, plateau and fall."""
        rise, plateau, fall = (round(m * MINUTE) for m in minutes)
        end = start + rise + plateau + fall
        add, to = add or {}, to or {}
        name = self._cohort.names[self._who]
        detail = {k: round(v, 2) for k, v in {**add, **{f"{k}_to": v for k, v in to.items()}}.items()}
        truth = tuple(Episode(name, c, start, end, c == condition, detail) for c in (condition, *also))
        course = Course(self._who, start, end, rise, fall, add, to, hrv, irregular, calm, fault, readings)
        return Planned(course, truth)

    def _rhythm(self, start: int) -> Planned:
        """Paroxysmal atrial fibrillation. Shorter runs are common (ltafdb_rr: median 14 s)."""
        minutes = float(np.exp(self._u(np.log(12), np.log(90))))
        rise = self._n(*AF_RATE_RISE, 0, 60)
        also: tuple[Condition, ...] = ("resting_heart_rate",) if self._rest + rise > TACHYCARDIA else ()
        return self._planned(
            "rhythm",
            start,
            (0.2, minutes, 0.2),
            also=also,
            add={"hr": rise, "rr": self._u(0, 2)},
            irregular=self._n(*AF_IRREGULAR, 0.13, 0.29),
            calm=1,
        )

    def _deterioration(self, start: int) -> Planned:
        """An infection that turns bad over one to two hours: Sepsis-3's signs (Singer 2016, JAMA 315:801).

        Respiratory rate 22 or more, pulse over 90 and temperature over 38 °C (SIRS), falling saturation and
        pressure, so that NEWS2's measurable parts reach 5 or more.
        """
        temp = self._u(38.2, 39.4)
        spo2 = self._u(88.5, 93.5)
        pulse = self._u(106, 132)
        also: list[Condition] = ["fever"]
        also += ["desaturation"] if spo2 <= 91.5 else []
        also += ["resting_heart_rate"] if pulse > TACHYCARDIA - 4 else []
        return self._planned(
            "deterioration",
            start,
            (self._u(60, 120), self._u(40, 120), self._u(45, 90)),
            also=tuple(also),
            add={"sbp": -self._u(10, 35)},
            to={"hr": pulse, "rr": self._u(22.5, 29), "temp": temp, "spo2": spo2},
            hrv=0.5,  # Ahmad 2009 (PLoS ONE 4:e6642): variability falls by about half before sepsis
        )

    def _anomaly(self, start: int) -> Planned:
        """Several vitals leave this person's usual together and none leaves the population's normal range.

        Rises of this size precede the symptoms of an infection (Mishra 2020, Nat Biomed Eng 4:1208).
        """
        rise = min(self._u(12, 20), 104 - self._rest)
        return self._planned(
            "anomaly",
            start,
            (self._u(4, 10), self._u(35, 75), self._u(5, 12)),
            add={
                "hr": rise,
                "rr": min(self._u(3, 5), 20 - self._cohort.rr[self._who]),
                "temp": self._u(0.5, 0.8),
            },
            hrv=self._u(0.45, 0.65),
        )

    def _desaturation(self, start: int) -> Planned:
        """Saturation of 84 to 90 % for minutes; the pulse answers by some beats."""
        ramp = self._u(1.5, 4)
        to = {"spo2": self._u(84, 89.5)}
        return self._planned(
            "desaturation",
            start,
            (ramp, self._u(6, 20), ramp),
            add={"hr": self._u(2, 10), "rr": self._u(1, 5)},
            to=to,
        )

    def _fever(self, start: int) -> Planned:
        """A fever of 38.4 to 39.6 °C. Temperature climbs about a degree in half an hour of shivering."""
        temp = self._u(38.4, 39.6)
        over = temp - float(self._cohort.temp[self._who])
        pulse = PULSE_PER_DEGREE * over
        also: tuple[Condition, ...] = ("resting_heart_rate",) if self._rest + pulse > TACHYCARDIA - 4 else ()
        return self._planned(
            "fever",
            start,
            (self._u(40, 90), self._u(50, 150), self._u(50, 110)),
            also=also,
            add={"hr": pulse, "rr": 1.2 * over},
            to={"temp": temp},
            hrv=0.7,
            calm=1,
        )

    def _resting(self, start: int) -> Planned:
        """A fast (110 to 140) or slow (34 to 42) regular rhythm at rest. Slow is rarer."""
        slow = self._rng.random() < 0.35
        rate = self._u(34, 39.5) if slow else self._u(116, 138)
        ramp = self._u(0.3, 3)
        return self._planned(
            "resting_heart_rate",
            start,
            (ramp, self._u(12, 40), ramp),
            to={"hr": rate},
            hrv=1.0 if slow else 0.6,
        )

    def _glucose(self, start: int) -> Planned:
        """Hypoglycaemia (45 to 60 mg/dL) or hyperglycaemia (275 to 340).

        shanghai_cgm, measured: below 70 for a median of 45 min (quartiles 30, 105) with a nadir of 61
        (50 to 67); above 250 for 90 min (30, 165) with a peak of 277 (259 to 306); 98 % of changes in 15 min
        lie within -23 and +31 mg/dL.
        """
        if self._rng.random() < 0.5:
            times = (self._u(35, 50), self._u(30, 60), self._u(20, 35))
            return self._planned("glucose", start, times, to={"glucose": self._u(45, 60)}, calm=1)
        times = (self._u(80, 120), self._u(45, 120), self._u(80, 120))
        return self._planned("glucose", start, times, to={"glucose": self._u(275, 340)}, calm=1)

    def _collect_again(self, start: int) -> Planned:
        """The sensor sits badly: it says so itself, or its values stand still."""
        fault = "contact" if self._rng.random() < 0.6 else "flat"
        return self._planned("collect_again", start, (0, self._u(20, 50), 0), calm=0, fault=fault)

    def _stale(self, start: int) -> Planned:
        """Nothing comes from any device of the wearer, and it never will (empty battery, lost phone)."""
        return self._planned("stale_data", start, (0, self._u(45, 110), 0), calm=0, fault="silent")

    def _pressure(self, start: int) -> Planned:
        """A hypertensive crisis, and a wearer who measures again after 1 to 5 minutes (AHA, NHLBI)."""
        minutes = (3, self._u(60, 150), self._u(45, 90))
        to = {"sbp": self._u(196, 216), "dbp": self._u(120, 134)}
        after = np.cumsum([4, self._u(2, 4), self._u(2, 4), self._u(15, 30)])
        return self._planned("blood_pressure", start, minutes, to=to, readings=_at(start, after), calm=1)

    def _shock(self, start: int) -> Planned:
        """A deterioration that reaches the circulation: pulse over systolic pressure above 1.

        Allgower and Burri 1967: .5 to .7 is usual, above 1.0 the outlook is poor.
        """
        pulse = self._u(120, 136)
        rise, plateau = self._u(45, 90), self._u(60, 120)
        return self._planned(
            "shock",
            start,
            (rise, plateau, self._u(45, 90)),
            also=("deterioration", "resting_heart_rate", "fever"),
            to={
                "hr": pulse,
                "sbp": pulse * self._u(0.62, 0.78),
                "dbp": self._u(45, 55),
                "rr": self._u(23, 29),
                "temp": self._u(38.4, 39.4),
                "spo2": self._u(91, 94),
            },
            hrv=0.5,
            readings=_at(start, rise + np.arange(2, plateau, 15)),
        )


def _at(start: int, minutes: NDArray[np.float64]) -> tuple[int, ...]:
    return tuple(start + round(float(m) * MINUTE) for m in minutes)
