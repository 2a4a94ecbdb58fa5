"""What the networks are asked, and when."""

from __future__ import annotations

import math

import numpy as np
import pytest

from models import asking
from models.deep.deterioration import CLINICAL, VITALS
from models.deep.diabetes import NAMES
from models.deep.glucose_day import FEWEST
from models.disease.variations import Variation
from models.observe import meet, withdraw
from models.online.baseline import Usual
from models.person import Person
from models.signals.catalogue import SIGNALS
from models.signals.quality import GOOD
from models.snapshot import dump, load
from models.view import View
from models.wearer import Seen, Wearer
from streams.records import Medicine, Profile

MINUTE = 60_000
HOUR = 60 * MINUTE
START = 1_767_571_200_000
"""2026-01-05T00:00Z."""
ADMITTED = Profile("ann", birth_year=1950, sex="female", conditions=["E11.9"], admitted=START)


def minute(n, **values):
    return View(START + n * MINUTE, "rest", dict(values), dict(values), quality=dict.fromkeys(values, GOOD))


def usual(n, **spreads):
    """A minute with values so many spreads from a usual of 100 ± 2."""
    view = minute(n, **{signal: 100 + 2 * z for signal, z in spreads.items()})
    view.usual = {signal: Usual(100.0, 2.0, 100.0, 2.0) for signal in spreads}
    view.scaled = dict(spreads)
    return view


def asked(seen, views, model=None):
    found = [ask for view in views for ask in asking.questions(seen, view)]
    return [ask for ask in found if model is None or ask.model == model]


def test_nothing_is_asked_of_a_pulse_alone():
    assert asked(Seen(), [minute(n, hr=60.0) for n in range(200)]) == []


def test_an_hour_on_the_personal_scale_is_asked_every_five_minutes():
    asks = asked(Seen(), [usual(n, hr=1.0, temp=-0.5, spo2=0.0) for n in range(91)])

    assert [(ask.model, (ask.end - START) // MINUTE - 1) for ask in asks] == [
        ("unusual", n) for n in range(30, 91, 5)
    ]
    assert asks[-1].row[-1].tolist()[:1] == [1.0]
    assert math.isnan(asks[-1].row[-1][1])


def test_an_hour_of_the_heart_alone_is_not_asked():
    assert asked(Seen(), [usual(n, hr=1.0, hrv=-0.5) for n in range(91)]) == []


def test_glucose_is_asked_at_each_step_of_its_grid():
    views = [minute(n, glucose=100.0) for n in range(0, 300, 5)]

    asks = asked(Seen(person=Person(diabetes=True)), views)
    assert [ask.model for ask in asks] == ["glucose"] * (21 - FEWEST + 1)
    assert asked(Seen(), views) == []


def test_a_stay_is_asked_after_each_of_its_48_hours():
    seen = Seen()
    meet(seen, ADMITTED)
    views = [minute(n, hr=80.0) for n in range(10, 50 * 60, 20)]

    asks = asked(seen, views, "deterioration_wearable")

    assert [ask.pick for ask in asks] == list(range(48))
    assert all((~np.isnan(ask.row[:, 0])).sum() == ask.pick + 1 for ask in asks)


def test_a_stay_with_a_clinics_values_asks_the_clinical_network():
    seen = Seen()
    meet(seen, ADMITTED)
    views = [minute(0, hr=80.0), minute(70, hr=80.0, gcs=15.0), minute(130, hr=80.0)]

    assert [ask.model for ask in asked(seen, views) if ask.model != "diabetes"] == [
        "deterioration_wearable", "deterioration_clinical",
    ]  # fmt: skip


def test_another_admission_is_another_stay():
    seen = Seen()
    meet(seen, ADMITTED)
    asked(seen, [minute(n, hr=80.0) for n in range(0, 300, 20)])

    meet(seen, Profile("ann", birth_year=1950, admitted=START + 5 * HOUR))
    asks = asked(seen, [minute(n, hr=90.0) for n in range(300, 421, 20)], "deterioration_wearable")

    assert [(~np.isnan(ask.row[:, 0])).sum() for ask in asks] == [1, 2]


def test_a_person_is_asked_about_once_a_day_and_when_the_profile_changes():
    seen = Seen()
    meet(seen, Profile("ann", birth_year=1950))
    first = asked(seen, [minute(n, sbp=130.0, dbp=80.0) for n in range(3)])
    meet(seen, Profile("ann", birth_year=1950, weight_kg=80, height_cm=160))
    second = asked(seen, [minute(n, hr=64.0) for n in range(3, 6)])
    third = asked(seen, [minute(24 * 60, hr=64.0)])

    own = [[ask for ask in asks if not isinstance(ask, Variation)] for asks in (first, second, third)]
    assert [len(asks) for asks in own] == [1, 1, 1]
    row = dict(zip(NAMES, own[1][0].row.tolist(), strict=True))
    assert (row["age"], row["bmi"], row["pulse"]) == (76.0, 31.25, 64.0)
    assert all(math.isnan(row[name]) for name in ("male", "glucose", "insulin"))


def test_without_the_year_of_birth_nobody_is_asked_about():
    seen = Seen()
    meet(seen, Profile("ann", sex="male", weight_kg=80))

    assert asked(seen, [minute(0, hr=60.0)]) == []


def test_who_withdraws_leaves_nothing_to_ask_about():
    seen = Seen()
    meet(seen, ADMITTED)
    asked(seen, [minute(n, hr=80.0, glucose=100.0) for n in range(0, 100, 10)])

    withdraw(seen)

    assert (seen.stay, seen.glucose, seen.hour) == (None, None, None)


def test_what_the_networks_need_survives_a_snapshot():
    seen = Seen()
    meet(seen, ADMITTED)
    views = [usual(n, hr=1.0, temp=0.0, rr=0.5, glucose=3.0) for n in range(200)]
    asked(seen, views)

    again = load("ann", dump(Wearer("ann", seen))).seen

    later = [usual(n, hr=2.0, temp=1.0, rr=0.5, glucose=4.0) for n in range(200, 400)]
    ours, theirs = asked(seen, later), asked(again, later)
    assert [(a.model, a.start, a.end, a.pick) for a in ours] == [
        (a.model, a.start, a.end, a.pick) for a in theirs
    ]
    assert all(np.array_equal(a.row, b.row, equal_nan=True) for a, b in zip(ours, theirs, strict=True))
    assert {ask.model for ask in ours} == {"unusual", "glucose", "deterioration_wearable"}


@pytest.mark.parametrize("vital", CLINICAL, ids=lambda vital: vital.name)
def test_every_vital_of_a_stay_is_a_signal(vital):
    [signal] = [signal for signal, name in asking.STAY_VITALS.items() if name == vital.name]

    assert signal in SIGNALS
    assert {v.name for v in VITALS["wearable"]} <= set(asking.STAY_VITALS.values())


def test_a_person_is_as_old_as_the_year_says():
    numbers = Person(birth_year=1980, male=True, height_cm=200, weight_kg=80).numbers(START)

    assert (numbers["age"], numbers["male"], numbers["bmi"]) == (46.0, 1.0, 20.0)
    assert math.isnan(numbers["icu_1"])


@pytest.mark.parametrize(
    ("profile", "known"),
    [
        (Profile("ann", conditions=["I10", "E10.9"]), True),
        (Profile("ann", medicines=[Medicine("A10BA02", started=START)]), True),
        (Profile("ann", medicines=[Medicine("A10BA02", stopped=START)]), False),
        (Profile("ann", conditions=["E78"]), False),
    ],
)
def test_diabetes_is_known_by_its_code_or_its_medicine(profile, known):
    assert Person.of(profile).diabetes is known


@pytest.mark.parametrize(
    "profile",
    [
        Profile("ann", birth_year=2015),
        Profile("ann", birth_year=1990, pregnant=True),
        Profile("ann", birth_year=1990, conditions=["e11"]),
    ],
)
def test_the_risk_of_diabetes_is_not_told_of_whom_the_network_was_not_made_for(profile):
    seen = Seen()
    meet(seen, profile)

    assert asked(seen, [minute(0, hr=60.0)]) == []


def test_lows_are_not_foretold_of_children():
    seen = Seen(person=Person(birth_year=2015, diabetes=True))

    assert asked(seen, [minute(n, glucose=100.0) for n in range(0, 300, 5)]) == []


def test_the_kind_of_unit_is_one_of_four():
    numbers = Person(care_unit="medical").numbers(START)

    assert [numbers[f"icu_{k}"] for k in (1, 2, 3, 4)] == [0, 0, 1, 0]


def test_two_devices_of_one_minute_ask_once_and_tell_of_both():
    seen = Seen()
    for signal in ("hr", "rr", "spo2"):
        baseline = seen.baseline(f"{signal}@rest", signal)
        for _ in range(40):
            baseline.learn(100.0, baseline.usual())
        seen.recent.put(signal, START, 104.0)
    views = [view for n in range(40) for view in (usual(n, hr=1.0), usual(n, rr=0.5, spo2=-2.0))]

    asks = asked(seen, views)

    assert len(asks) == len({ask.end for ask in asks}) > 0
    assert [(c.signal, c.value, c.usual) for c in asks[-1].seen] == [
        ("hr", 104.0, 100.0), ("rr", 104.0, 100.0), ("spo2", 104.0, 100.0),
    ]  # fmt: skip


@pytest.mark.parametrize(("height", "weight"), [(20, 650), (272, 0.2)])
def test_a_body_that_cannot_be_has_no_body_mass_index(height, weight):
    assert math.isnan(Person(height_cm=height, weight_kg=weight).numbers(START)["bmi"])


def test_other_facts_of_the_person_void_what_was_foretold_of_the_old_ones():
    seen = Seen()

    assert meet(seen, ADMITTED).another
    assert not meet(seen, ADMITTED).another
    assert meet(seen, Profile("ann", birth_year=1951)).another
