"""The rhythm network's card, written from its manifest entry: nothing in it is typed in by hand."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from string import Template

from models.deep.manifest import Interval, ModelEntry

DATA = (
    "Long-Term AF Database 1.0.0, PhysioNet (Petrutiu 2007): RR intervals and rhythm of 63 of its 84 records"
)


def write_card(path: Path, entry: ModelEntry, budget: float, size: int) -> None:
    """Write the card as Markdown."""
    template = Template(files("models.training").joinpath("rhythm_card.md").read_text())
    text = template.substitute(
        version=entry.version,
        size=f"{size:,}",
        sha256=entry.sha256,
        code=entry.code,
        threshold=entry.thresholds["alert"],
        statistics=entry.inputs[1].shape[0],
        data=entry.data,
        figures=_table(entry),
        budget=f"{budget:.0%}",
    )
    path.write_text(text)


def _table(entry: ModelEntry) -> str:
    sets = list(entry.metrics)
    lines = ["| | " + " | ".join(sets) + " |", "|---|" + "---|" * len(sets)]
    rows = {count: [f"{entry.counts[name][count]:,}" for name in sets] for count in entry.counts[sets[0]]}
    for figure in entry.metrics[sets[0]]:
        rows[figure] = [_cell(entry.metrics[name][figure]) for name in sets]
    lines += [f"| {name} | {' | '.join(cells)} |" for name, cells in rows.items()]
    return "\n".join(lines)


def _cell(found: Interval) -> str:
    return f"{found.value:.4f} ({found.low:.4f} to {found.high:.4f})"
