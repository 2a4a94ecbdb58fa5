"""What the rhythm network's card says beside its manifest entry."""

from __future__ import annotations

from pathlib import Path

from models.deep.manifest import ModelEntry
from models.training import cards

DATA = (
    "Long-Term AF Database 1.0.0, PhysioNet (Petrutiu 2007): RR intervals and rhythm of 63 of its 84 records"
)


def write_card(registry: Path, entry: ModelEntry, budget: float) -> None:
    """Write the card as Markdown."""
    cards.write_card(
        registry,
        entry,
        "rhythm_card.md",
        threshold=str(entry.thresholds["alert"]),
        statistics=str(entry.inputs[1].shape[0]),
        budget=f"{budget:.0%}",
    )
