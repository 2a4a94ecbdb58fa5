"""Judges the quality network of a registry on the test people, and writes what its card says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from models.datasets.rr import load_records
from models.deep.manifest import ModelEntry
from models.deep.networks import Networks
from models.training.cards import table, write_card
from models.training.companion import companion
from models.training.export import write_entry
from models.training.quality.artefacts import UNSEEN
from models.training.quality.data import WRONG
from models.training.quality.evaluate import evaluate_quality
from models.training.report import Report, with_reports
from models.training.splits import load_split

BUDGET, WORST, HARD = 0.005, 0.03, 0.02
"""Of clean windows, at most this share may be called unusable: of everyone's, of one person's, and of windows
varied with ectopy, flutter and other sampling rates, which are far richer in those than anyone's day."""

Progress = Callable[[str, int, int], None]


def judge_again(registry: Path, data: Path, progress: Progress) -> ModelEntry:
    """Figures and card from the file that lies in `registry`, without training. Raises RegistryError."""
    return judged(Networks.only("quality", registry).entry("quality"), data, registry, progress)


def judged(entry: ModelEntry, data: Path, registry: Path, progress: Progress) -> ModelEntry:
    """Evaluate the exported file on the test people, then write manifest entry and card."""
    test, done = load_split("ltafdb").test, 0

    def tick(_: str) -> None:
        nonlocal done
        done += 1
        progress("evaluating test people", done, len(test))

    networks = Networks.only("quality", registry), companion("rhythm", registry)
    report = evaluate_quality(*networks, load_records(data, test), tick)
    entry = with_reports(entry, {"ltafdb test": report})
    write_entry(registry, entry)
    write_card(registry, entry, "quality/card.md", **_told(entry, report))
    return entry


def _told(entry: ModelEntry, report: Report) -> dict[str, str]:
    counts = {name: str(value) for name, value in report.extra.items() if isinstance(value, int)}
    return {
        **counts,
        "kinds": _kinds(report),
        "flips": _flips(report),
        "unseen": ", ".join(UNSEEN),
        "threshold": str(entry.thresholds["usable"]),
        "status": entry.status,
        "wrong": str(WRONG),
        "budget": f"{BUDGET:.1%}",
        "worst": f"{WORST:.0%}",
        "hard": f"{HARD:.0%}",
        "worst_test": f"{report.extra['clean_called_unusable_worst_person']:.2%}",
    }


def _kinds(report: Report) -> str:
    found = report.extra["kinds"]
    rows = [[name, f"{row['windows']:,}", f"{row['se']:.3f}"] for name, row in found.items()]
    return table(["artefact", "windows not usable", "found"], rows)


def _flips(report: Report) -> str:
    found = report.extra["called_af_by_wrong_intervals"]
    rows = [[name, f"{row['windows']:,}", f"{row['called_af'] or 0:.3f}"] for name, row in found.items()]
    return table(["wrong intervals", "windows without AF", "called AF"], rows)
