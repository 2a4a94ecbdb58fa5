"""Runs of faults as a table; parts of a run put together."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.cores import Cores
from bench.faults.judge import Outputs, Verdict
from bench.faults.run import BEGIN, END, FaultReport, chosen, markdown, merged, write_docs
from bench.faults.trial import TrialFigures
from bench.machine import machine
from streams.errors import UserError

NOTHING = Outputs(30, 0, 0, 0)


def trial(way: str, fault: str, lost: int) -> TrialFigures:
    verdict = Verdict(1_500, lost, 7, 0, NOTHING, Outputs(30, 1, 2, 3))
    return TrialFigures(way, fault, 5, verdict, 4, 0, 1, [6.0, 8.0, 12.0])


def report(*trials: TrialFigures) -> FaultReport:
    about = machine(Cores(frozenset(), frozenset()))
    return FaultReport("2026-01-05", about, {"quixstreams": "1.2"}, 1, 100_000, list(trials))


def test_a_trial_is_a_line_with_what_was_lost_repeated_and_wrong() -> None:
    cells = ["kill -9", "plain Faust", "`at_least_once` (default)", "5", "1,500", "3", "7"]
    cells += ["0 / 0 / 0", "1 / 2 / 3", "8 (12)", "4", "1"]

    assert f"| {' | '.join(cells)} |" in markdown(report(trial("faust", "kill -9", 3))).splitlines()


def test_parts_are_put_together_in_order_and_the_later_run_counts() -> None:
    first = report(trial("quix", "kill -9", 1), trial("vitalstream", "rebalance", 0))
    later = report(trial("quix", "kill -9", 2), trial("vitalstream", "kill -9", 0))

    found = merged([first, later]).trials

    assert [(one.fault, one.way, one.verdict.lost) for one in found] == [
        ("kill -9", "vitalstream", 0),
        ("kill -9", "quix", 2),
        ("rebalance", "vitalstream", 0),
    ]


def test_the_table_of_a_page_is_replaced(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"before\n{BEGIN}\nfigures of yesterday\n{END}\nafter\n")

    write_docs(report(trial("quix", "backlog", 0)), page)

    text = page.read_text()
    assert "yesterday" not in text
    assert (text.startswith("before\n"), text.endswith("after\n")) == (True, True)
    assert "| backlog | Quix Streams |" in text


def test_names_are_chosen_by_commas_and_all_without_any() -> None:
    assert chosen("a, c", "abc", "way") == ["a", "c"]
    assert chosen("", "abc", "way") == ["a", "b", "c"]


def test_an_unknown_name_is_told_with_those_that_are_known() -> None:
    with pytest.raises(UserError, match=r"x is no way: choose of a, b"):
        chosen("x", "ab", "way")
