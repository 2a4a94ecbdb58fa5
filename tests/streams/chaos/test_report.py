"""The table, on terminals and in the docs."""

from __future__ import annotations

from pathlib import Path

import pytest

from streams.chaos.page import BEGIN, END, read, write
from streams.chaos.report import Report, RoundReport, rows, to_json
from streams.chaos.verdict import Verdict
from streams.chaos.view import line
from streams.errors import UserError

CLEAN = RoundReport("broker-kill", 1, 2.5, 8.0, 9.0, 1000, 12, Verdict())
SLOW = RoundReport("broker-kill", 2, 3.5, 10.0, 30.0, 2000, 24, Verdict(), ends=["exit 1: stands still"])
TORN = RoundReport("worker-kill", 1, 2.0, 4.0, None, 900, 3, Verdict(lost=2, state_differs=1))
REPORT = Report(7, 60, 120.0, [TORN, CLEAN, SLOW])


def test_rounds_are_summed_up_by_fault() -> None:
    torn, broker = rows(REPORT.rounds)

    assert (torn.lost, torn.state_equal, torn.failed, torn.caught_up) == (2, 0, 1, None)
    assert (broker.rounds, broker.lost, broker.state_equal, broker.failed) == (2, 0, 2, 0)
    assert (broker.scoring, broker.caught_up) == ((9.0, 10.0), (19.5, 30.0))


def test_one_round_that_differs_spoils_the_report() -> None:
    assert not REPORT.clean
    assert Report(7, 60, 120.0, [CLEAN, SLOW]).clean


def test_a_round_in_a_line() -> None:
    assert line(SLOW) == (
        "broker-kill 2: scoring again 10.0 s, caught up 30.0 s, 2,000 packets, 24 alerts: nothing differs"
        " (exit 1: stands still)"
    )
    assert "2 lost, 1 state differs" in line(TORN)


def test_the_page_takes_what_runs_have_written(tmp_path: Path) -> None:
    page, out = tmp_path / "faults.md", tmp_path / "out.json"
    page.write_text(f"Before.\n{BEGIN}\nold\n{END}\nAfter.\n")
    out.write_bytes(to_json(REPORT))

    write(read([out]), page)

    text = page.read_text()
    assert text.startswith(f"Before.\n{BEGIN}\n") and text.endswith(f"{END}\nAfter.\n")
    assert "old" not in text
    assert "| 2 | 0 | 0 | 2 of 2 | 9.0 / 10.0 s | 19.5 / 30.0 s |" in text
    assert "- worker-kill, round 1: 2 lost, 1 state differs" in text


def test_a_page_without_a_place_is_told(tmp_path: Path) -> None:
    page = tmp_path / "faults.md"
    page.write_text("Nothing.\n")

    with pytest.raises(UserError, match="has no place for the table"):
        write([REPORT], page)
