"""Measures by name for the risk record."""

from __future__ import annotations

from models.clinical.clinic import Clinic
from models.clinical.news2 import news2
from models.risk.evidence import Leeway, findings
from models.view import View
from tests.models.risk.judges.moments import NOW, minute


def bands(view, leeway=None):
    return {found.name: found.band for found in findings(view, leeway or Leeway())}


def test_each_measure_of_a_minute_at_rest_has_its_band():
    view = minute(hr=120.0, spo2=93.0, temp=37.0, glucose=200.0, cuff=[(3, 100, 60)])
    view.score = news2({"hr": (NOW, 120.0), "rr": (NOW, 24.0), "sbp": (NOW, 95.0)}, NOW)

    assert bands(view) == {
        "oxygen saturation": "seek advice",
        "temperature": "usual",
        "heart rate at rest": "fast",
        "shock index": "poor",
        "glucose": "high",
        "qSOFA": "positive",
    }


def test_saturation_is_told_on_the_wearer_s_scale():
    assert bands(minute(spo2=90.0), Leeway(2)) == {"oxygen saturation": "on target"}


def test_a_pulse_in_effort_is_no_pulse_at_rest():
    assert bands(minute("active", hr=120.0)) == {}


def test_findings_over_days_come_last():
    clinic = Clinic()
    for hours in (24 * day + hour for day in range(3) for hour in (8, 20)):
        view = View(NOW // 86_400_000 * 86_400_000 + hours * 3_600_000, values={"sbp": 140.0, "dbp": 85.0})
        view.clinical = clinic.update(view)

    assert [found.name for found in findings(view, Leeway())] == ["systolic at home", "diastolic at home"]


def test_without_readings_there_are_none():
    assert findings(View(NOW), Leeway()) == []
