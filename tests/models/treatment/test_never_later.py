"""A medicine that is known to slow the pulse never delays the word about a slow pulse."""

from __future__ import annotations

import pytest

from models.decide import Case, decide
from models.judged import Judged
from models.online.baseline import Usual
from models.person import Person, Taken
from models.personal import load_setting
from models.risk.found import Leeway
from models.signals.activity import Context
from models.signals.quality import GOOD
from models.view import Observation, View
from streams.records import Alert, Source
from tests.models.treatment.wearers import MINUTE, at

SETTING = load_setting()
SLOWING = ("C07AB02", "C08DA01", "C01EB17", "C01AA05", "N06DA02", "H03BB02")


def told_after(rate: float, begin: float, context: Context = "rest", *codes: str) -> int | None:
    """Minutes from a fall of the pulse to the first alert of some urgency; the usual is 66."""
    person = Person(medicines=tuple(Taken(code, at(begin - 2.0)) for code in codes))
    judged = Judged()
    for k in range(-60, 60):
        value = rate if k >= 0 else 66.0
        view = View(at(begin) + k * MINUTE, context, {"hr": value}, {"hr": value}, quality={"hr": GOOD})
        view.usual = {"hr": Usual(66.0, 3.0, 66.0, 3.0)}
        case = Case("ann", judged, Source("vitals", 0, k + 60), view.minute + MINUTE, Leeway(1, person))
        for told in decide(SETTING, case, Observation([view])):
            if isinstance(told.record, Alert) and told.record.priority in ("medium", "high"):
                return k
    return None


@pytest.mark.parametrize("code", SLOWING)
@pytest.mark.parametrize("rate", range(41, 46))
def test_a_slow_pulse_at_rest_by_day_is_told_no_later_than_without_the_medicine(rate: int, code: str) -> None:
    without, with_it = told_after(rate, 15.4), told_after(rate, 15.4, "rest", code)

    assert without is not None and with_it is not None
    assert with_it <= without <= 10


@pytest.mark.parametrize("context", ["rest", "asleep", "unknown"])
@pytest.mark.parametrize("begin", [15.0, 15.95])
@pytest.mark.parametrize("rate", [32, 39, 42])
def test_nor_around_midnight(rate: int, begin: float, context: Context) -> None:
    without, with_it = told_after(rate, begin, context), told_after(rate, begin, context, "C07AB02")

    assert without is None or (with_it is not None and with_it <= without)
