"""State over days, and the moment that is handed to deciding."""

from __future__ import annotations

from models.clinical.clinic import Clinic
from models.clinical.moment import NOTHING, STANDS_MS
from models.view import View

START = 1_767_571_200_000
MINUTE = 60_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def pressures(days=3, cuffless=False):
    clinic = Clinic()
    for hours in (24 * day + hour for day in range(days) for hour in (8, 20)):
        view = View(START + hours * HOUR, values={"sbp": 140.0, "dbp": 85.0}, cuffless=cuffless)
        moment = clinic.update(view)
    return clinic, moment


def test_without_readings_there_is_nothing():
    assert Clinic().update(View(START, values={"hr": 60.0})) is NOTHING


def test_home_means_and_the_newest_readings_are_told():
    _, moment = pressures()

    assert [f.name for f in moment.pressure] == ["systolic at home", "diastolic at home"]
    assert [reading.sbp for reading in moment.readings] == [140, 140]
    assert [day[1:] for day in moment.pressure_days] == [(140.0, 85.0)] * 3


def test_of_a_cuffless_device_nothing_is_taken():
    clinic, moment = pressures(cuffless=True)

    assert moment is NOTHING
    assert clinic.pressures is None


def test_readings_in_hospital_are_no_home_means():
    clinic = Clinic()

    moment = clinic.update(View(START, values={"sbp": 190.0, "dbp": 85.0}), at_home=False)

    assert moment.pressure_days == ()
    assert moment.readings[-1].sbp == 190


def test_a_moment_stays_the_same_until_something_new_is_measured():
    clinic, moment = pressures()

    assert clinic.update(View(START + 9 * DAY, values={"hr": 60.0})) is moment


def test_a_restored_clinic_tells_the_same():
    clinic, moment = pressures()
    again = Clinic(clinic.pressures, clinic.control)

    assert again.update(View(START + 9 * DAY, values={"hr": 60.0})) == moment


def test_findings_over_days_are_told_until_they_are_too_old():
    _, moment = pressures()
    last = moment.pressure_at

    assert moment.findings(last + STANDS_MS) != []
    assert moment.findings(last + STANDS_MS + 1) == []


def test_glucose_has_its_findings_beside():
    clinic = Clinic()
    for minute in range(0, 10 * 1440, 15):
        moment = clinic.update(View(START + minute * MINUTE, values={"glucose": 120.0}))

    assert [f.name for f in moment.findings(START + 10 * DAY)][:1] == ["glucose 70-180"]
