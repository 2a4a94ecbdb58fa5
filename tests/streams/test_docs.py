"""The reference says what the code does."""

from __future__ import annotations

import ast
import importlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from streams.intake.decode import decode_packet
from streams.reference import files
from streams.settings import MEBIBYTE

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "docs" / "reference"
REFUSED = re.compile(r"Refused\(\s*\"(\w+)\"")
PYTHON = re.compile(r"```python\n(.*?)```", re.DOTALL)
FIRST_CELL = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)


@dataclass
class Record:
    key: bytes | None
    value: bytes | None
    offset: int = 0
    timestamp: int = 0
    headers: Sequence[tuple[str, bytes]] = ()


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


def test_the_example_packet_of_the_docs_is_one_that_intake_takes() -> None:
    page = (ROOT / "docs" / "how-to" / "add-a-device.md").read_text(encoding="utf-8")
    example = page.split("```json\n")[1].split("```")[0].encode()

    intake = decode_packet(Record(key=b"w-4711", value=example), limit=MEBIBYTE)

    assert set(intake.columns) == {"hr", "spo2", "ibi", "steps"}


@pytest.mark.parametrize(
    "page", [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))], ids=lambda p: p.name
)
def test_python_in_a_page_compiles_and_names_what_exists(page: Path) -> None:
    for code in PYTHON.findall(page.read_text(encoding="utf-8")):
        tree = ast.parse(code)
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module is not None:
                module = importlib.import_module(node.module)
                assert all(hasattr(module, alias.name) for alias in node.names)
