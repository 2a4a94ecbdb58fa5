"""Model cards, written from the manifest entry: no figure in them is typed in by hand."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from string import Template
from typing import Any

from models.deep.manifest import Interval, ModelEntry


def write_card(registry: Path, entry: ModelEntry, template: str, **parts: str) -> None:
    """Write the card as Markdown from `models/training/TEMPLATE`, beside the network's file."""
    text = Template(files("models.training").joinpath(template).read_text())
    size = (registry / entry.file).stat().st_size
    filled = text.substitute(
        name=entry.name,
        version=entry.version,
        size=f"{size:,}",
        sha256=entry.sha256,
        code=entry.code,
        data=entry.data,
        figures=figures_table(entry),
        **parts,
    )
    (registry / entry.card).write_text(filled)


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


def group_table(groups: Mapping[str, Mapping[str, Any]]) -> str:
    """Figures by group of people, one group a row, its counts first."""
    names = list(next(iter(groups.values())))
    rows = [[group, *(_plain(found.get(name)) for name in names)] for group, found in groups.items()]
    return table(["group", *names], rows)


def _plain(value: float | int | None) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else f"{value:.4f}"


def _cell(entry: ModelEntry, people: str, name: str) -> str:
    count, found = entry.counts[people].get(name), entry.metrics[people].get(name)
    if count is not None:
        return f"{count:,}"
    return "–" if found is None else show(found)


def show(found: Interval) -> str:
    """A figure with its interval."""
    return f"{found.value:.4f} ({found.low:.4f} to {found.high:.4f})"
