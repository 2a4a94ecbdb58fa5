"""Long-term risks of one wearer: the newest estimates, and a word about them once in a while. Never an alarm.

A word is said when an estimate has become high, has clearly risen (its interval lies above the lowest that
it was since the last word), or is still high after four weeks; one a week at most, whatever there is to
say, and it ends a day later.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from models.deep.asks import Ask
from models.disease import diabetes, hypertension
from models.disease.diabetes import PARTS
from models.disease.state import LongTerm, Spoken
from models.risk.found import Evidence
from streams.records import Estimate

DAY = 86_400_000
WEEK, AGAIN = 7 * DAY, 28 * DAY
LASTS: Final = {"diabetes": 2 * DAY, "hypertension": 30 * DAY}
"""For how long an estimate stands: the network is asked daily, a cuff is used for a week now and then."""
TOLD = 3
"""Drivers that a word names."""
CONDITION = "long_term_risk"


@dataclass(frozen=True, slots=True)
class Edge:
    """From where an estimate is high, and below where it is no longer, so that it does not flutter."""

    high: float
    clear: float
    words: str
    """What the probability is of."""
    source: str


EDGES: Final = {
    "diabetes": Edge(
        0.104,
        0.085,
        "diabetes",
        "the network's own threshold: one in five without diabetes lies above; a fifth less",
    ),
    "hypertension": Edge(
        0.80, 0.50, "mean home blood pressure of 135/85 or more", "four to one; even: a choice of ours"
    ),
}


def learn_answers(state: LongTerm, asks: Iterable[Ask]) -> None:
    """Keep what the diabetes network answered, if it was asked."""
    for found in diabetes.known(asks):
        state.diabetes = found
        _mark(state, "diabetes", found.probability)


def learn_pressure(
    state: LongTerm, time: int, days: Sequence[tuple[float, float]], bmi: float = math.nan
) -> None:
    """Keep what home readings tell, if any of them is new.

    `time` is that of the newest (ms UTC), `days` are systolic and diastolic means by day (mmHg, a cuff's),
    oldest first; `bmi` in kg/m², NaN where unknown.
    """
    if len(days) < hypertension.FEWEST or (state.pressure is not None and time <= state.pressure.time):
        return
    found = hypertension.known(time, [day[0] for day in days], [day[1] for day in days], bmi)
    if found is not None:
        state.pressure = found
        _mark(state, "hypertension", found.probability)


def estimates(state: LongTerm, now: int, version: str = "") -> dict[str, Estimate]:
    """What stands at `now` (ms UTC), for `Risk.estimates`; `version` is the diabetes network's."""
    found = {}
    if state.diabetes is not None and now - state.diabetes.time <= LASTS["diabetes"]:
        found["diabetes"] = diabetes.told(state.diabetes, version)
    if state.pressure is not None and now - state.pressure.time <= LASTS["hypertension"]:
        found["hypertension"] = hypertension.told(state.pressure)
    return found


def evidence(state: LongTerm, now: int) -> Evidence | None:
    """A word to say at `now` (ms UTC), or the end of the last one; mostly None."""
    if state.out:
        if now - state.last < DAY:
            return None
        state.out = ""
        return Evidence(CONDITION, now, 0, 0.0)
    if state.last and now - state.last < WEEK:
        return None
    if not state.fresh:
        return None
    state.fresh = False
    standing = estimates(state, now)
    news = [name for name in standing if _worth(name, state.spoken[name], standing[name], now)]
    if not news:
        return None
    name = max(news, key=lambda name: (standing[name].probability / EDGES[name].high, name))
    return _say(state, name, standing[name], now)


def _mark(state: LongTerm, name: str, probability: int) -> None:
    """Hysteresis, and the lowest probability so far as what a rise is counted from."""
    state.fresh = True
    spoken = state.spoken.setdefault(name, Spoken(base=probability))
    edge = EDGES[name]
    if probability >= edge.high * PARTS:
        spoken.high = True
    elif probability < edge.clear * PARTS:
        spoken.high, spoken.last = False, 0
    spoken.base = min(spoken.base, probability)


def _worth(name: str, spoken: Spoken, estimate: Estimate, now: int) -> bool:
    if spoken.high and (not spoken.last or now - spoken.last >= AGAIN):
        return True
    # A clear rise far below where it matters is nobody's news.
    return estimate.probability >= EDGES[name].clear and estimate.low * PARTS > spoken.base


def _say(state: LongTerm, name: str, estimate: Estimate, now: int) -> Evidence:
    spoken = state.spoken[name]
    spoken.base, spoken.last = round(estimate.probability * PARTS), now
    state.out, state.last = name, now
    probability = round(estimate.probability, 3)
    between = f"{estimate.probability:.0%} ({estimate.low:.0%} to {estimate.high:.0%})".replace("%", " %")
    return Evidence(
        CONDITION,
        now,
        1,
        probability,
        estimate.drivers[:TOLD],
        probability=probability,
        cause=f"{EDGES[name].words}: {between}",
        networks=("diabetes",) if name == "diabetes" else (),
        delay_ms=0,
    )
