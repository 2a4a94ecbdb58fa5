"""The committed cards say what the manifest says: one that was not made again after a change fails."""

from __future__ import annotations

import pytest

from models.deep.manifest import ModelEntry, read_manifest
from models.deep.networks import COMMITTED
from models.training.cards import figures_table

ENTRIES = read_manifest(COMMITTED).models


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_card_tells_the_file_and_the_figures_of_its_entry(entry: ModelEntry) -> None:
    card = (COMMITTED / entry.card).read_text()

    assert figures_table(entry) in card
    assert entry.sha256 in card
    assert f"{(COMMITTED / entry.file).stat().st_size:,} bytes" in card
    assert f"Status: {entry.status}" in card


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_a_card_speaks_of_groups_and_limits(entry: ModelEntry) -> None:
    card = (COMMITTED / entry.card).read_text()

    for part in ("## Use", "## Data", "Groups", "## Limits", "Licence"):
        assert part in card


def test_a_card_names_gaps_between_groups() -> None:
    card = (COMMITTED / "diabetes.md").read_text()

    for part in ("| by sex |", "| by age |", "| by ethnicity |", "(small)", "a gap of"):
        assert part in card
