"""A crisis that was measured again, and a pulse too high for the pressure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.person import Limit, Person, Taken
from models.risk.judges.circulation import MEASURE_AGAIN
from tests.models.risk.judges.moments import NOW, POLICY, judged, levels, minute

LAST = len(POLICY.rules["blood_pressure"].grades)
"""Level of a crisis that was repeated; the one before, if the file has it, that was seen once."""


def crisis(*cuff, person=None):
    found = judged("blood_pressure", minute(cuff=cuff), person)
    return found.get("blood_pressure:high")


def test_a_lone_reading_asks_to_measure_again():
    found = crisis((0, 190, 100))

    assert found.level == LAST - 1
    if found.level:
        assert found.cause == MEASURE_AGAIN


@pytest.mark.parametrize("before", [(1, 185, 100), (5, 150, 121), (30, 181, 90)])
def test_a_repeated_reading_is_a_crisis(before):
    found = crisis(before, (0, 190, 100))

    assert found.level == LAST
    assert [(c.signal, c.value) for c in found.contributions] == [("sbp", 190), ("dbp", 100)]


@pytest.mark.parametrize("before", [(31, 190, 100), (5, 150, 90)])
def test_an_old_one_or_one_that_was_not_critical_does_not_repeat_it(before):
    assert crisis(before, (0, 190, 100)).level == LAST - 1


@pytest.mark.parametrize(
    ("pressure", "level"), [((179, 119), 0), ((180, 119), LAST), ((179, 120), LAST), ((181, 121), LAST)]
)
def test_every_edge_of_a_crisis(pressure, level):
    assert crisis((5, *pressure), (0, *pressure)).level == level


@pytest.mark.parametrize(
    ("pressure", "level"), [((159, 109), 0), ((160, 109), LAST), ((159, 110), LAST), ((161, 111), LAST)]
)
def test_every_edge_of_a_crisis_in_pregnancy(pressure, level):
    assert crisis((5, *pressure), (0, *pressure), person=Person(pregnant=True)).level == level


def test_a_reading_is_judged_in_its_own_minute_alone():
    assert crisis((7, 190, 100), (2, 190, 100)) is None


def test_a_reading_below_frees():
    found = crisis((5, 190, 100), (0, 150, 90))

    assert (found.level, found.beyond) == (0, -30)


def test_without_a_cuff_nothing_is_judged():
    view = minute(sbp=200.0, dbp=130.0)
    view.cuffless = True

    assert judged("blood_pressure", view) == {}
    assert judged("shock", view) == {}


def test_no_clinician_s_edge_switches_a_crisis_off():
    ann = Person(limits=(Limit("blood_pressure", NOW + 1, above=250.0),))

    found = levels("blood_pressure", minute(cuff=[(2, 190, 90), (0, 190, 90)]), ann)

    assert found["high"] == 2


def test_a_clinician_s_edges_of_systolic_pressure():
    ann = Person(limits=(Limit("blood_pressure", NOW + 1, above=160.0, below=95.0),))

    high = judged("blood_pressure", minute(cuff=[(5, 165, 90), (0, 165, 90)]), ann)
    low = judged("blood_pressure", minute(cuff=[(0, 95, 60)]), ann)

    assert high["blood_pressure:high"].level == LAST
    assert high["blood_pressure:high"].cause == "clinician's threshold"
    assert high["blood_pressure:low"].level == 0
    assert low["blood_pressure:low"].level == 1
    assert low["blood_pressure:high"].level == 0


EDGE = POLICY.rules["shock"].grades[0].above


@pytest.mark.parametrize(("pulse", "level"), [(99, 0), (102, 1), (130, 1), (60, 0)])
def test_a_shock_index_above_1_counts_while_the_reading_is_fresh(pulse, level):
    assert levels("shock", minute(hr=float(pulse), cuff=[(10, 100, 60)])) == {"": level}


@pytest.mark.parametrize(("ago", "judged_at_all"), [(0, True), (15, True), (16, False)])
def test_a_reading_stands_for_a_quarter_of_an_hour(ago, judged_at_all):
    assert bool(judged("shock", minute(hr=130.0, cuff=[(ago, 100, 60)]))) == judged_at_all


@pytest.mark.parametrize("context", ["active", "recovering"])
def test_effort_is_no_shock(context):
    assert judged("shock", minute(context, hr=130.0, cuff=[(0, 100, 60)])) == {}


def test_a_diastolic_pressure_alone_gives_no_index():
    assert judged("shock", minute(hr=130.0, cuff=[(0, 0, 60)])) == {}


def test_a_beta_blocker_may_hide_it():
    found = judged("shock", minute(hr=130.0, cuff=[(0, 100, 60)]), Person(medicines=(Taken("C07AB02"),)))

    assert found["shock"].cause == "beta blocker can hide a fast pulse"
    assert [c.signal for c in found["shock"].contributions] == ["hr", "sbp"]


@given(st.integers(30, 200), st.integers(0, 100), st.integers(50, 200), st.integers(0, 100))
def test_a_faster_pulse_or_a_lower_pressure_never_lowers_level_or_risk(pulse, faster, systolic, lower):
    before = judged("shock", minute(hr=float(pulse), cuff=[(0, systolic, 60)]))["shock"]
    after = judged("shock", minute(hr=float(pulse + faster), cuff=[(0, max(systolic - lower, 1), 60)]))[
        "shock"
    ]

    assert (before.level, before.risk) <= (after.level, after.risk)


@given(st.integers(100, 250), st.integers(60, 140), st.integers(0, 60), st.integers(0, 60))
def test_a_higher_pressure_never_lowers_level_or_risk_of_a_crisis(systolic, diastolic, more, also):
    before = crisis((5, 190, 100), (0, systolic, diastolic))
    after = crisis((5, 190, 100), (0, systolic + more, diastolic + also))

    assert (before.level, before.risk) <= (after.level, after.risk)
