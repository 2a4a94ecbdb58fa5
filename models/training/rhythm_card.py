"""The rhythm network's card, written from its manifest entry."""

from __future__ import annotations

from pathlib import Path

from models.deep.manifest import ModelEntry

DATA = "Long-Term AF Database 1.0.0 (Petrutiu 2007; PhysioNet), 63 of 84 records"


def write_card(path: Path, entry: ModelEntry) -> None:
    """Write the card as Markdown."""
    lines = [f"# rhythm {entry.version}", "", f"Data: {entry.data}", ""]
    for people, figures in entry.metrics.items():
        lines += [f"{people}: {entry.counts[people]}", ""]
        lines += [f"- {name} {v.value} ({v.low} to {v.high})" for name, v in figures.items()]
    path.write_text("\n".join(lines) + "\n")
