"""The early warning score that is meant for a wearer."""

from __future__ import annotations

from models.clinical.news2 import news2
from models.person import Person
from models.risk.evidence import Leeway, scores
from models.view import View

NOW = 1_767_592_800_000
VIEW = View(NOW, score=news2({"hr": (NOW, 125.0), "rr": (NOW, 24.0)}, NOW))


def names(**facts):
    return [score.name for score in scores(VIEW, Leeway(person=Person(**facts)))]


def test_adults_have_news2_and_qsofa():
    assert names(birth_year=1980) == ["NEWS2", "qSOFA"]
    assert names() == ["NEWS2", "qSOFA"]


def test_in_pregnancy_meows_takes_the_place_of_news2():
    assert names(pregnant=True) == ["MEOWS"]


def test_news2_is_not_for_children():
    assert names(birth_year=2011) == []
    assert names(birth_year=2010) == ["NEWS2", "qSOFA"]


def test_without_readings_there_is_none():
    assert scores(View(NOW), Leeway()) == []
