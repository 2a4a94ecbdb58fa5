"""What medicines do, by the longest prefix of their ATC code."""

from __future__ import annotations

import pytest

from models.clinical.medicines import ROWS, effect_of
from models.risk.edges import SETTABLE
from models.signals.catalogue import SIGNALS


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("C07AB02", "beta blocker"), ("c07ab02", "beta blocker"),
        ("C08DB01", "pulse-slowing calcium blocker"), ("C08CA01", "calcium blocker"),
        ("C01EB17", "ivabradine"), ("C01AA05", "digoxin"),
        ("N02AA01", "opioid"), ("A10AB01", "insulin"), ("A10BB09", "sulfonylurea"),
        ("A10BA02", "medicine that lowers glucose"), ("H02AB06", "corticosteroid"),
        ("R03AC02", "inhaled beta agonist"), ("H03AA01", "thyroid hormone"),
        ("H03BB02", "medicine against thyroid hormone"), ("N02BE01", "antipyretic"), ("V03AN01", "oxygen"),
        ("C03AA03", "thiazide"), ("C03CA01", "diuretic"), ("C09AA05", "ACE inhibitor"),
    ],
)  # fmt: skip
def test_a_code_has_the_effect_of_its_group(code, name):
    assert effect_of(code).name == name


@pytest.mark.parametrize("code", ["", "C", "C0", "X99", "C01EB16", "J01CA04", "V03AN02"])
def test_of_other_codes_nothing_is_known(code):
    assert effect_of(code) is None


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.prefix)
def test_each_row_has_a_source_and_speaks_of_signals_and_conditions_that_exist(row):
    assert row.source
    assert row.moves.keys() <= SIGNALS.keys()
    assert {key.partition(":")[0] for key in row.says} <= SETTABLE.keys() | {"illness"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.prefix)
def test_what_is_expected_agrees_with_the_known_direction(row):
    assert all(change * row.moves[signal] > 0 for signal, change in row.expected.items())
