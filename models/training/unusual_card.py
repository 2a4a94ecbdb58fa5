"""What the card of the `unusual` network says beside its manifest entry."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from models.deep.manifest import ModelEntry
from models.training import cards
from models.training.metrics import Figures
from models.training.report import Report
from models.training.unusual_judge import BUDGET, BUDGET_HEART


def write_card(registry: Path, entry: ModelEntry, reports: Mapping[str, Report]) -> None:
    """Write the card as Markdown."""
    planted = {name: found.extra["episodes_by_condition"] for name, found in reports.items()}
    told = "; ".join(
        f"{name}: " + ", ".join(f"{count} {condition}" for condition, count in counts.items())
        for name, counts in planted.items()
        if counts
    )
    limits = {name: f"{value:.2f}" for name, value in entry.thresholds.items()}
    shown = reports["simulated test"].extra
    cards.write_card(
        registry, entry, "unusual_card.md", budget=f"{BUDGET:g}", budget_heart=f"{BUDGET_HEART:g}",
        episodes=told, status=entry.status,
        findings="\n".join(_finding(name, reports[name].figures) for name in planted if planted[name]),
        explained_hours=f"{shown['explained_hours']:,}", explained=f"{shown['explained'] or 0:.1%}", **limits,
    )  # fmt: skip


def _finding(name: str, figures: Figures) -> str:
    """One set of people in a sentence: what each score found, and who was first."""
    parts = [
        f"{who} found {figures[f'found{end}']:.0%}, after {figures[f'minutes{end}']:.0f} minutes, with "
        f"{figures[f'alarm_hours_per_week{end}']:.1f} alarm hours a week"
        for who, end in (("the network", ""), ("River", "_river"))
    ]
    first = f"first was the network in {figures['earlier']:.0%}, River in {figures['earlier_river']:.0%}"
    return f"- {name}: {'; '.join(parts)}; {first}."
