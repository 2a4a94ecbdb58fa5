"""Genotypes that change a rule or an advice."""

from __future__ import annotations

import pytest

from models.advice import load_catalogue
from models.clinical.genotype import ROWS, traits, unknown_flags


def test_a_poor_metaboliser_matters_with_metoprolol_alone():
    assert [t.flag for t in traits(["CYP2D6_poor"], ["C07AB02"])] == ["CYP2D6_poor"]
    assert traits(["CYP2D6_poor"], ["C07AB07"]) == []
    assert traits(["CYP2D6_poor"], []) == []


@pytest.mark.parametrize("code", ["R05DA04", "N02AX02", "N02AJ06", "n02ax02"])
def test_codeine_and_tramadol_matter_to_an_ultrarapid_metaboliser(code):
    assert len(traits(["CYP2D6_ultrarapid"], [code])) == 1


def test_brugada_makes_any_fever_grave_without_a_medicine():
    [trait] = traits(["BRUGADA"], [])

    assert trait.graver_fever


@pytest.mark.parametrize("flag", ["LQTS", "LQT2", "long_qt"])
def test_a_flag_has_other_names(flag):
    assert [trait.flag for trait in traits([flag], [])] == ["LQTS"]
    assert unknown_flags([flag]) == []


def test_every_flag_that_advice_knows_is_known_here():
    assert unknown_flags(flag for flags in load_catalogue().book.genotypes.values() for flag in flags) == []


def test_unknown_flags_change_nothing_and_are_listed():
    flags = ["LQTS", "XYZ1", "HLA_B27"]

    assert [trait.flag for trait in traits(flags, [])] == ["LQTS"]
    assert unknown_flags(flags) == ["XYZ1", "HLA_B27"]


def test_each_row_has_a_source_and_changes_something():
    assert all(row.source and (row.says or row.graver_fever) for row in ROWS)
