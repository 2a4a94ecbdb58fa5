"""Writes the table of faults into a page: `python -m streams.chaos.page PAGE FILE...`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from streams.chaos.plan import FAULTS
from streams.chaos.report import Report, RoundReport, Row, rows, spread
from streams.errors import UserError

BEGIN = "<!-- chaos: begin, written by `python -m streams.chaos.page` -->"
END = "<!-- chaos: end -->"
HEAD = (
    "| fault | rounds | lost | repeated | state equal | scoring again | caught up |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)


def read(files: Iterable[Path]) -> list[Report]:
    """What `vitalstream chaos --out` has written."""
    return [msgspec.json.decode(file.read_bytes(), type=Report) for file in files]


def markdown(reports: Sequence[Report]) -> str:
    """The table of all rounds of these runs, and the seeds that they began with."""
    rounds = sorted((one for report in reports for one in report.rounds), key=_place)
    runs = [f"- {_run(report)}" for report in reports if report.rounds]
    table = [*HEAD, *(_line(row) for row in rows(rounds)), ""]
    return "\n".join([*table, *_unclean(rounds), "Made by:", "", *runs, ""])


def write(reports: Sequence[Report], page: Path) -> None:
    """Replace what stands between the two marks of a page. Raises UserError when it has none."""
    text = page.read_text()
    head, begin, rest = text.partition(BEGIN)
    _, end, tail = rest.partition(END)
    if not begin or not end:
        raise UserError(f"{page} has no place for the table: put these two lines into it: {BEGIN} {END}")
    page.write_text(f"{head}{begin}\n\n{markdown(reports)}\n{end}{tail}")


def _place(one: RoundReport) -> int:
    return [fault.name for fault in FAULTS].index(one.fault)


def _line(row: Row) -> str:
    says = next(fault.says for fault in FAULTS if fault.name == row.fault)
    cells = [row.rounds, row.lost, row.repeated, f"{row.state_equal} of {row.rounds}"]
    times = [spread(row.scoring), spread(row.caught_up)]
    return f"| **{row.fault}**: {says} | {' | '.join(map(str, [*cells, *times]))} |"


def _unclean(rounds: Iterable[RoundReport]) -> list[str]:
    """Rounds that failed, each with its reason."""
    lines = [
        f"- {one.fault}, round {one.round}: {one.trouble or ', '.join(one.verdict.violations)}"
        for one in rounds
        if not one.clean
    ]
    return ["Rounds that failed:", "", *lines, ""] if lines else []


def _run(report: Report) -> str:
    faults = " ".join(dict.fromkeys(one.fault for one in report.rounds))
    count = max(one.round for one in report.rounds)
    return (
        f"`vitalstream chaos {faults} --seed {report.seed} --rounds {count}"
        f" --wearers {report.wearers} --rate {report.packets_per_s:g}`"
    )


if __name__ == "__main__":
    write(read(map(Path, sys.argv[2:])), Path(sys.argv[1]))
