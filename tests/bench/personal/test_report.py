"""A study as bars, tables, JSON and the page in docs."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import msgspec
import pytest
from rich.console import Console
from typer.testing import CliRunner

from bench.cores import Cores
from bench.machine import machine
from bench.personal.bars import bars
from bench.personal.figures import (
    ByCondition,
    DriftFigures,
    FeedbackFigures,
    IllnessFigures,
    Point,
    PopulationFigures,
    RealFigures,
    Share,
    Study,
    SystemFigures,
    TreatmentFigures,
)
from bench.personal.tables import BEGIN, END, markdown, terminal, write_docs
from streams.cli import build_app
from streams.errors import UserError

OWN = SystemFigures(
    alerts={"high": 0.01, "medium": 0.2, "low": 0.3, "info": 0.1},
    false={"high": 0.0, "medium": 0.05, "low": 0.1},
    false_urgent=0.05, false_all=0.15, other_condition=0.01, planted=100, found=96,
    conditions={"fever": ByCondition(100, 96, 12.0, 30.0)}, false_conditions={"anomaly": 7},
    revisions=900, risks=5000, packets={"scored": 10_000},
)  # fmt: skip
POINTS = [Point(1.0, 0.8, 0.3, 0.5), Point(0.5, 0.97, 0.6, 0.9)]


def study(**changes: object) -> Study:
    """A study that meets every bar but that of alert days."""
    nothing = frozenset[int]()
    whole = Study(
        date="2026-01-05", quick=False, wearers=200, days=14.0, seed=1, seconds=3000.0, processes=2,
        machine=machine(Cores(nothing, nothing)), own=OWN,
        illness=IllnessFigures(60, 58, 50, 57, 45.5, 1400, 40, 700, 5),
        drift=DriftFigures(50, 41, 2, 1, {"hr": (20, 25)}), treatment=TreatmentFigures(30, 25, 20, 22, 24),
        feedback=FeedbackFigures(120, 100, 55, 90, 89, 95, 12, 0),
        population=PopulationFigures(200, 0.96, 0.15, 0.05, 0.9, 0.6, POINTS,
                                     shares=[Share(0.9, 0.1, 0.25)], ratio_low=2.25, ratio_high=9.5),
        real={"ltdb_rr": RealFigures(7, 7, 9000, {"high": 0.0, "medium": 0.3, "low": 0.7, "info": 0.0},
                                      {"rhythm": 2})},
    )  # fmt: skip
    return msgspec.structs.replace(whole, **changes)


def test_every_bar_is_held_against_its_figure() -> None:
    met = {bar.check: bar.met for bar in bars(study())}

    assert [name for name, held in met.items() if not held] == [
        "days with an illness alert among 140 without illness"
    ]


def test_what_was_not_measured_is_neither_met_nor_missed() -> None:
    missing = [bar for bar in bars(study(population=None, feedback=None)) if bar.met is None]

    assert {bar.measured for bar in missing} == {"not measured"}


def test_a_lost_high_episode_is_told() -> None:
    lost = study(feedback=FeedbackFigures(120, 100, 55, 90, 89, 95, 12, 1))

    bar = next(bar for bar in bars(lost) if "high episodes" in bar.check)

    assert (bar.measured, bar.met) == ("1 of 12", False)


def test_tables_fit_a_terminal_and_hold_the_same_as_the_page() -> None:
    screen = StringIO()
    Console(file=screen, width=110).print(terminal(study()))

    page = markdown(study())

    for text in (
        "96.0% of 100",
        "6.0 (0.900 : 0.150 at 96.0%, 200 wearers)",
        "2.5 (95 %: 2.2 to 9.5)",
        "45.0% (100 to 55)",
        "rhythm 2",
    ):
        assert text in page
        assert text in screen.getvalue()
    assert "200 wearers over 14 days" in page


def test_a_page_gets_the_figures_between_its_marks(tmp_path: Path) -> None:
    page = tmp_path / "study.md"
    page.write_text(f"before\n{BEGIN}\nwhat was here\n{END}\nafter\n")

    write_docs(study(), page)

    text = page.read_text()
    assert text.startswith("before\n")
    assert text.endswith("\nafter\n")
    assert "what was here" not in text


def test_a_page_without_marks_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "study.md"
    page.write_text("nothing")

    with pytest.raises(UserError):
        write_docs(study(), page)


def test_a_written_study_is_told_again_without_a_run(tmp_path: Path) -> None:
    file, written = tmp_path / "study.json", study()
    file.write_bytes(msgspec.json.encode(written))

    answer = CliRunner().invoke(build_app(), ["bench", "personal", "--read", str(file), "--json"])

    assert answer.exit_code == 0
    assert msgspec.json.decode(answer.stdout, type=Study) == written


def test_an_unknown_part_is_told() -> None:
    answer = CliRunner().invoke(build_app(), ["bench", "personal", "--parts", "answers,nothing"])

    assert isinstance(answer.exception, UserError)
    assert "nothing" in str(answer.exception)
