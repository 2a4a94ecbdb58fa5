"""Judges an exported `unusual` network on everyone kept for that, and writes its card and manifest entry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from models.deep.manifest import ModelEntry
from models.deep.networks import Networks
from models.training import cards
from models.training.export import write_entry
from models.training.metrics import Figures
from models.training.report import Report, with_reports
from models.training.splits import load_split
from models.training.unusual.data import ORDINARY, Days
from models.training.unusual.evaluate import (
    TEST,
    TEST_ORDINARY,
    Cohort,
    Progress,
    evaluate_ordinary,
    evaluate_simulated,
    limits,
    real_days,
    score,
)
from models.training.unusual.judge import BUDGET, BUDGET_HEART, report

VALIDATION = Cohort(2001)
"""Wearers with ordinary days on whom the network was stopped, calibrated and given its thresholds."""


@dataclass(frozen=True, slots=True)
class Known:
    """Whom calibration and thresholds rest on, and where the recordings of the others lie."""

    wearers: list[Days]
    """Simulated."""
    people: list[Days]
    """Of the last folds of LTAFDB."""
    data: Path
    test: Sequence[str]
    """Records of LTAFDB in no fold."""


def judge_again(registry: Path, data: Path, progress: Progress) -> ModelEntry:
    """Figures and card from the file in `registry`, without training. Raises RecordError, RegistryError."""
    split = load_split("ltafdb")
    people = of_folds(data, split.folds[len(split.folds) // 2 :], progress, "validation")
    known = Known(VALIDATION.days(ORDINARY, progress), people, data, split.test)
    entry = Networks.only("unusual", registry).entry("unusual")
    return judged(entry, known, registry, TEST, TEST_ORDINARY, progress)


def of_folds(data: Path, folds: Sequence[Sequence[str]], progress: Progress, what: str) -> list[Days]:
    """The recordings of some folds of the committed split."""
    names = [name for fold in folds for name in fold]
    return real_days(data, names, False, lambda done: progress(f"{what} recordings", done, len(names)))


def judged(
    entry: ModelEntry, known: Known, registry: Path, test: Cohort, ordinary: Cohort, progress: Progress
) -> ModelEntry:
    """Evaluate the exported file on validation and test people, then write manifest entry and card."""
    networks, version = Networks.only("unusual", registry), entry.version
    five, heart = limits(networks, heart=False), limits(networks, heart=True)
    plain, strained = (
        real_days(known.data, known.test, planted, lambda done: progress("test", done, len(known.test)))
        for planted in (False, True)
    )
    reports = {
        "simulated validation, ordinary": report(score(networks, known.wearers), five, version),
        "simulated test, ordinary": evaluate_ordinary(networks, ordinary, progress),
        "simulated test": evaluate_simulated(networks, test, progress),
        "ltafdb validation": report(score(networks, known.people), heart, version),
        "ltafdb test": report(score(networks, plain), heart, version),
        "ltafdb test, planted strain": report(score(networks, strained), heart, version),
    }
    entry = with_reports(entry, reports)
    write_entry(registry, entry)
    write_card(registry, entry, reports)
    return entry


def write_card(registry: Path, entry: ModelEntry, reports: Mapping[str, Report]) -> None:
    """Write the card as Markdown."""
    planted = {name: found.extra["episodes_by_condition"] for name, found in reports.items()}
    told = "; ".join(
        f"{name}: " + ", ".join(f"{count} {condition}" for condition, count in counts.items())
        for name, counts in planted.items()
        if counts
    )
    edges = {name: f"{value:.2f}" for name, value in entry.thresholds.items()}
    shown = reports["simulated test"].extra
    cards.write_card(
        registry, entry, "unusual/card.md", budget=f"{BUDGET:g}", budget_heart=f"{BUDGET_HEART:g}",
        episodes=told, status=entry.status,
        findings="\n".join(_finding(name, reports[name].figures) for name in planted if planted[name]),
        explained_hours=f"{shown['explained_hours']:,}", explained=f"{shown['explained'] or 0:.1%}",
        asked="\n".join(f"- {name}: {found.extra['asked_in_stream']:.1%}" for name, found in reports.items()),
        **edges,
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
