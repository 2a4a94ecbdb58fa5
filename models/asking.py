"""What is asked of the networks after a minute of a wearer: each only where its inputs allow."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from models.deep.asks import Ask
from models.deep.deterioration import CLINICAL, HOURS, WEARABLE, Inputs
from models.deep.diabetes import NAMES
from models.deep.glucose import HORIZONS, OUTPUTS, STEP_MIN, STEPS
from models.deep.glucose_day import GlucoseDay
from models.deep.stay import Stay
from models.deep.unusual import CHANNELS, RecentHour
from models.disease.variations import person_asks
from models.risk.contribution import beside_usual
from models.signals.windows import MINUTE, Window
from models.view import View
from models.wearer import SLOW, Seen
from streams.records import Contribution

DAY_MS = 86_400_000
P_LOW = OUTPUTS.index("p_low")
RESTING = ("hr@rest", "hr@asleep")
"""Baselines that tell the pulse at rest, the better one first."""
PRESSURES = {"systolic": "sbp", "diastolic": "dbp"}
HOUR_MS = 60 * MINUTE
HOUR_EVERY = 5
"""Minutes between two looks at the last hour."""
HOUR_CHANNELS = 3
"""Vitals that must be there: of the heart alone, an ordinary walk looks like strain."""
STAY_VITALS = {"spo2" if vital.name == "sao2" else vital.name: vital.name for vital in CLINICAL}
"""Signal to the vital of the deterioration networks."""
BEYOND_WEARABLE = {vital.name for vital in CLINICAL} - {vital.name for vital in WEARABLE} - {"glucose"}
"""What only a clinic measures. Glucose may come from a wearer's own monitor."""


def beats(seen: Seen, window: Window) -> Iterator[Ask]:
    """Every 60 usable beats in a row, asked for their rhythm and whether they are usable at all."""
    for run in seen.beats.add(window.times, window.counts):
        yield Ask("rhythm", run.start, run.end, run.intervals)
        yield Ask("quality", run.start, run.end, run.intervals)


def questions(seen: Seen, view: View) -> Iterator[Ask]:
    """What this minute lets the networks be asked."""
    yield from _hour(seen, view)
    yield from _glucose(seen, view)
    yield from _stay(seen, view)
    yield from _person(seen, view)


def _hour(seen: Seen, view: View) -> Iterator[Ask]:
    """How unusual the last hour is, every five minutes."""
    if not view.scaled:
        return
    if seen.hour is None:
        seen.hour = RecentHour()
    seen.hour.put(view.minute, view.scaled)
    if view.minute // MINUTE % HOUR_EVERY == 0 and view.minute > seen.hour_asked:
        row = seen.hour.row(view.minute)
        worn = () if row is None else _worn(row)
        if row is not None and len(worn) >= HOUR_CHANNELS:
            seen.hour_asked = view.minute
            told = list(_beside_usual(seen, view, worn))
            yield Ask("unusual", view.minute - HOUR_MS + MINUTE, view.minute + MINUTE, row, seen=told)


def _worn(row: NDArray[np.float32]) -> list[str]:
    """The vitals of an hour [60, 5] that were measured at all."""
    return [CHANNELS[place] for place in np.flatnonzero(~np.isnan(row).all(axis=0)).tolist()]


def _beside_usual(seen: Seen, view: View, worn: Sequence[str]) -> Iterator[Contribution]:
    """The newest value of each vital of the hour, on whatever device, beside the own usual."""
    for signal in worn:
        baseline = seen.baselines.get(signal if signal in SLOW else f"{signal}@{view.context}")
        newest = seen.recent.newest(signal)
        if newest is not None:
            usual = baseline.usual() if baseline is not None and baseline.known else None
            yield beside_usual(signal, newest[1], usual)


def _stay(seen: Seen, view: View) -> Iterator[Ask]:
    """How a stay in hospital goes, after each of its first 48 hours."""
    admitted = seen.person.admitted
    if admitted is None:
        return
    if seen.stay is None or seen.stay.admitted != admitted:
        seen.stay = Stay(admitted)
    done = min((view.minute - admitted) // HOUR_MS, HOURS)
    if done > seen.stay_asked:
        seen.stay_asked = done
        inputs: Inputs = "wearable" if seen.stay.vitals.isdisjoint(BEYOND_WEARABLE) else "clinical"
        row = seen.stay.row(inputs, seen.person.numbers(view.minute))
        yield Ask(f"deterioration_{inputs}", admitted, admitted + done * HOUR_MS, row, done - 1)
    for signal, vital in STAY_VITALS.items():
        value = view.values.get(signal)
        if value is not None:
            seen.stay.put(vital, view.minute, value)


def _glucose(seen: Seen, view: View) -> Iterator[Ask]:
    """The course of glucose, once for each step of the grid."""
    glucose, meal = view.values.get("glucose"), view.values.get("meal")
    if seen.glucose is None:
        if glucose is None:
            return
        seen.glucose = GlucoseDay()
    elif glucose is None and meal is None:
        return
    seen.glucose.put(view.minute, glucose, meal)
    asked = seen.glucose.row(seen.utc_offset)
    # It knows grown people with diabetes only; whose glucose nothing lowers has no lows to fear.
    if asked is not None and seen.person.diabetes and seen.person.grown(view.minute):
        time, row = asked
        yield Ask("glucose", time - (STEPS - 1) * STEP_MIN * MINUTE, time + HORIZONS[-1] * MINUTE, row, P_LOW)


def _person(seen: Seen, view: View) -> Iterator[Ask]:
    """The person as a whole, once a day and when the profile has changed."""
    day = view.minute // DAY_MS
    person = seen.person
    if person.birth_year is None or person.diabetes or day <= seen.person_asked:
        return
    seen.person_asked = day
    if not person.grown(view.minute):
        return
    known = seen.person.numbers(view.minute)
    known["pulse"] = _resting(seen, view)
    for name, signal in PRESSURES.items():
        known[name] = _usual(seen, signal)
    row = np.array([known.get(name, math.nan) for name in NAMES], dtype=np.float32)
    yield from person_asks(row, view.minute, view.minute + MINUTE)


def _resting(seen: Seen, view: View) -> float:
    """The usual pulse at rest; before it is known, what is measured now, unless in effort."""
    for key in RESTING:
        baseline = seen.baselines.get(key)
        if baseline is not None and baseline.known:
            return baseline.usual().mean
    return math.nan if view.context in ("active", "recovering") else view.steady.get("hr", math.nan)


def _usual(seen: Seen, signal: str) -> float:
    """Mean of the readings so far; a cuff gives few, so that even one counts."""
    baseline = seen.baselines.get(signal)
    return math.nan if baseline is None or not baseline.count else baseline.usual().mean
