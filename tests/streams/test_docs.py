"""The reference says what the code does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from streams.reference import files

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
REFUSED = re.compile(r"Refused\(\s*\"(\w+)\"")
FIRST_CELL = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)


@pytest.mark.parametrize("name", files())
def test_a_generated_page_is_current(name: str) -> None:
    committed = (REFERENCE / name).read_text(encoding="utf-8")

    assert committed == files()[name], "run: .venv/bin/python -m streams.reference docs/reference"


def test_every_reason_of_a_rejection_is_explained() -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "streams").rglob("*.py"))

    explained = set(FIRST_CELL.findall((REFERENCE / "rejections.md").read_text(encoding="utf-8")))

    assert explained == set(REFUSED.findall(code)) | {"late_signals"}


def test_every_condition_of_the_records_has_a_row() -> None:
    rows = set(FIRST_CELL.findall(files()["conditions.md"]))

    assert {"rhythm", "desaturation", "collect_again", "stale_data"} <= rows
