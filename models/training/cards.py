"""Model cards, written from the manifest entry: no figure in them is typed in by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from models.deep.manifest import Interval, ModelEntry

_WORST = {
    "auroc": "ranks people worst",
    "se": "misses the most",
    "sp": "calls the most people falsely",
    "ppv": "is right least often when it calls",
    "ece": "has probabilities furthest from what happens",
    "min_se_ppv": "finds least at equal sensitivity and precision",
}
"""What it means to be the worst, by the beginning of a figure's name."""


def write_card(registry: Path, entry: ModelEntry, template: str, **parts: str) -> None:
    """Write the card as Markdown from `models/training/TEMPLATE`, beside the network's file."""
    text = Template(files("models.training").joinpath(template).read_text())
    size = (registry / entry.file).stat().st_size
    known = {
        "name": entry.name,
        "version": entry.version,
        "status": entry.status,
        "size": f"{size:,}",
        "sha256": entry.sha256,
        "code": entry.code,
        "data": entry.data,
        "figures": figures_table(entry),
    }
    (registry / entry.card).write_text(text.substitute(known | parts))


def figures_table(entry: ModelEntry) -> str:
    """Sets of people as columns, counts and figures as rows."""
    sets = list(entry.metrics)
    parts: list[Iterable[str]] = [*entry.counts.values(), *entry.metrics.values()]
    names = {name: None for part in parts for name in part}
    body = [[name, *(_cell(entry, people, name) for people in sets)] for name in names]
    return table(["", *sets], body)


def table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [f"| {' | '.join(head)} |".replace("|  |", "| |"), "|---" * len(head) + "|"]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in body)])


def group_table(found: Mapping[str, Any]) -> str:
    """Figures of `by_group` as a table for each way of grouping, gaps in words below it."""
    if not found:
        return "There is one group only, or nothing is known of groups."
    return "\n\n".join(f"{_group_rows(kind, part)}\n\n{_words(part)}" for kind, part in found.items())


def _group_rows(kind: str, part: Mapping[str, Any]) -> str:
    figures = list(part["gaps"])
    rows = [
        [f"{name}{' (small)' if group['small'] else ''}", f"{group['people']:,}", f"{group['positive']:,}"]
        + [_figure(group, figure) for figure in figures]
        for name, group in part["groups"].items()
    ]
    return table([f"by {kind}", "people", "positive", *figures], rows)


def _figure(group: Mapping[str, Any], figure: str) -> str:
    if group[figure] is None:
        return "–"
    low, high = group["intervals_95"][figure]
    return f"{group[figure]:.3f} ({low:.3f} to {high:.3f})"


def _words(part: Mapping[str, Any]) -> str:
    lines = [_line(figure, gap, part["groups"]) for figure, gap in part["gaps"].items() if gap["worst"]]
    return "\n".join(lines)


def _line(figure: str, gap: Mapping[str, Any], groups: Mapping[str, Mapping[str, Any]]) -> str:
    worst, best = groups[gap["worst"]], groups[gap["best"]]
    means = next((text for name, text in _WORST.items() if figure.startswith(name)), "is worst")
    line = (
        f"- The network {means} in *{gap['worst']}*: `{figure}` {worst[figure]:.3f} against "
        f"{best[figure]:.3f} in *{gap['best']}*, a gap of {gap['gap']:.3f}; their intervals "
        f"{'do not ' * gap['apart']}overlap."
    )
    if worst["small"] or best["small"]:
        line += " One of the two is small"
        line += f": among larger groups the gap is {gap['large_gap']:.3f}." if gap["large_gap"] else "."
    return line


def _cell(entry: ModelEntry, people: str, name: str) -> str:
    count, found = entry.counts[people].get(name), entry.metrics[people].get(name)
    if count is not None:
        return f"{count:,}"
    return "–" if found is None else show(found)


def show(found: Interval) -> str:
    """A figure with its interval; shares to four digits, larger numbers to two."""
    digits = 4 if abs(found.value) < 10 else 2
    return f"{found.value:.{digits}f} ({found.low:.{digits}f} to {found.high:.{digits}f})"
