"""What an alert says beside its reading."""

from __future__ import annotations

import pytest

from models.person import Person, Taken
from models.risk.found import Evidence
from models.risk.words import explain

NOW = 1_767_592_800_000


def said(condition, side="", level=1, cause=None, clinician=False, **person):
    found = Evidence(condition, NOW, level, 0.7, side=side, cause=cause)
    return explain(found, Person(**person), clinician).cause


def test_what_is_not_out_needs_no_words():
    assert said("fever", level=0, clinician=True) is None


def test_a_clinician_s_edge_is_named_without_the_clinician():
    assert said("fever", clinician=True) == "clinician's threshold"


def test_what_the_judge_said_comes_first():
    assert said("blood_pressure", "high", cause="measure again", clinician=True) == (
        "measure again; clinician's threshold"
    )


@pytest.mark.parametrize(("side", "words"), [("low", "insulin lowers glucose"), ("high", None)])
def test_words_for_one_side_are_not_said_of_the_other(side, words):
    assert said("glucose", side, medicines=(Taken("A10AB01"),)) == words


def test_two_medicines_of_a_kind_are_named_once():
    assert said("glucose", "low", medicines=(Taken("A10AB01"), Taken("A10AE04"))) == "insulin lowers glucose"


def test_a_genotype_is_named_by_its_flag():
    assert said("resting_heart_rate", "low", genotype=("LQTS",)) == "LQTS makes a slow pulse more dangerous"
    assert (
        said("desaturation", genotype=("CYP2D6_ultrarapid",), medicines=(Taken("N02AX02"),))
        == "opioid can slow breathing; CYP2D6_ultrarapid makes this opioid act more strongly"
    )
