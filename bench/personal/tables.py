"""A study as tables: for a terminal, and for the page in docs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table

from bench.personal.bars import Bar, bars
from bench.personal.figures import Point, PopulationFigures, Share, Study, SystemFigures, TreatmentFigures
from bench.pipes import pipes, replace_between

BEGIN = "<!-- study: begin, written by `vitalstream bench personal --docs` -->"
END = "<!-- study: end -->"
PRIORITIES = ("high", "medium", "low", "info")
Rows = list[list[str]]

BAR_HEAD = ["check", "wanted", "measured", "met"]
RATE_HEAD = ["per wearer and day", *PRIORITIES, "high + medium", "above info"]
FOUND_HEAD = ["condition", "planted", "found", "share", "delay, median min", "delay, 90 % min"]
SWEEP_HEAD = ["thresholds ×", "of nights ×", "share found", "false, high + medium", "false, above info"]
SHARE_HEAD = ["share found", "own normal", "population", "population : own"]
TREATMENT_HEAD = ["begun", "verdicts", "of a change", "with an interval", "that holds the true effect"]
REAL_HEAD = ["recording", "wearers", "days", *PRIORITIES, "most often"]


def terminal(study: Study) -> RenderableType:
    """Give the study for a person at a terminal."""
    return Group(*(_rich(title, head, rows) for title, head, rows in _tables(study)), _about(study))


def markdown(study: Study) -> str:
    """Give the same for the page in docs."""
    parts = [f"**{title}**\n\n{pipes(head, rows, left=head[:1])}" for title, head, rows in _tables(study)]
    return "\n\n".join([_about(study), *parts])


def write_docs(study: Study, path: Path) -> None:
    """Replace what stands between the two marks of a page. Raises UserError when it has none."""
    replace_between(path, BEGIN, END, markdown(study))


def _tables(study: Study) -> Iterator[tuple[str, list[str], Rows]]:
    yield "What was wanted and what was measured", BAR_HEAD, [_bar(bar) for bar in bars(study)]
    yield "Alerts and false alerts", RATE_HEAD, _rates(study.own)
    yield "Planted episodes", FOUND_HEAD, _found(study.own)
    if study.own.false_conditions:
        rows = [[c, str(n)] for c, n in study.own.false_conditions.items()]
        yield "False alerts by condition", ["condition", "alerts"], rows
    yield "Medicines and habits begun", TREATMENT_HEAD, [_treatments(study.treatment)]
    if study.population is not None:
        yield from _both(study.population)
    if study.real:
        rows = [
            [
                name,
                str(r.wearers),
                str(r.wearer_days),
                *(f"{r.alerts[p]:.3f}" for p in PRIORITIES),
                ", ".join(f"{condition} {n}" for condition, n in list(r.conditions.items())[:3]),
            ]
            for name, r in study.real.items()
        ]
        yield "Recordings of real people: alerts per wearer and day", REAL_HEAD, rows


def _bar(bar: Bar) -> list[str]:
    met = {True: "yes", False: "no", None: "–"}[bar.met]
    return [bar.check, bar.wanted, bar.measured, met]


def _rates(own: SystemFigures) -> Rows:
    loud = sum(own.alerts[p] for p in PRIORITIES if p != "info")
    urgent = own.alerts["high"] + own.alerts["medium"]
    all_ = ["alerts", *(f"{own.alerts[p]:.3f}" for p in PRIORITIES), f"{urgent:.3f}", f"{loud:.3f}"]
    false = [f"{own.false[p]:.3f}" for p in PRIORITIES if p != "info"]
    return [all_, ["false", *false, "–", f"{own.false_urgent:.3f}", f"{own.false_all:.3f}"]]


def _found(own: SystemFigures) -> Rows:
    rows = [
        [name, str(c.planted), str(c.found), _percent(c.found / c.planted), _number(c.delay_median_min),
         _number(c.delay_p90_min)]
        for name, c in own.conditions.items()
    ]  # fmt: skip
    return [*rows, ["all but those of days", str(own.planted), str(own.found), _percent(own.recall), "", ""]]


def _both(found: PopulationFigures) -> Iterator[tuple[str, list[str], Rows]]:
    """With and without own normal, side by side and each by itself."""
    rows = [_share(share) for share in found.shares]
    if rows and found.ratio_low is not None and found.ratio_high is not None:
        rows[-1][-1] += f" (95 %: {found.ratio_low:.1f} to {found.ratio_high:.1f})"
    title = f"With and without own normal, {found.wearers} wearers: false alerts where both find the same"
    yield title, SHARE_HEAD, rows
    yield "With own normal, thresholds swept", SWEEP_HEAD, _points(found.own_points)
    title = "Without own normal: the population's usual, thresholds swept"
    yield title, SWEEP_HEAD, _points(found.points)


def _share(one: Share) -> list[str]:
    ratio = f"{one.population / one.own:.1f}" if one.own else "–"
    return [_percent(one.recall), f"{one.own:.3f}", f"{one.population:.3f}", ratio]


def _points(points: Iterable[Point]) -> Rows:
    return [
        [f"{p.scale:g}", f"{p.nights:g}", _percent(p.recall), f"{p.false_urgent:.3f}", f"{p.false_all:.3f}"]
        for p in points
    ]


def _treatments(found: TreatmentFigures) -> list[str]:
    said = (found.begun, found.answered, found.changed, found.intervals, found.inside)
    return [str(number) for number in said]


def _about(study: Study) -> str:
    on = study.machine
    kind = "quick study" if study.quick else "study"
    return (
        f"A {kind} of {study.wearers} wearers over {study.days:g} days from seed {study.seed}, made"
        f" {study.date} in {study.seconds / 60:.0f} minutes by {study.processes} processes: {on.processor},"
        f" {on.system}, Python {on.python}."
    )


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:,.0f}"


def _rich(title: str, head: list[str], rows: Rows) -> Table:
    table = Table(title=title, box=SIMPLE_HEAD, padding=(0, 1, 0, 0), title_justify="left")
    for i, name in enumerate(head):
        table.add_column(name, justify="left" if i == 0 or head is BAR_HEAD else "right")
    for row in rows:
        table.add_row(*row)
    return table
