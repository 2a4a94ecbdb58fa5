"""What the generators' cards say beside their manifest entries."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from models.deep.manifest import ModelEntry
from models.training import cards
from models.training.report import Report
from models.training.synth.kinds import Kind

_ABOUT = {
    "synth_rhythm": {
        "what": "minutes in which atrial fibrillation begins or ends",
        "condition": "which of the 60 beats are in fibrillation, and the usual interval in ms",
        "output": "60 inter-beat intervals in ms",
        "rare": "of 60 beats at least 6 are in fibrillation and at least 6 are not",
        "features": "81 numbers: the product's statistics of order and disorder, and how rough and how fast "
        "each tenth of the window is",
        "command": "vitalstream train synth --data DIR/ltafdb_rr --out models/registry",
        "cite": "S. Petrutiu et al., Europace 9:466–470, 2007; A. L. Goldberger et al., Circulation "
        "101:e215–e220, 2000",
        "licence": "PhysioNet lists it under the Open Data Commons Attribution License 1.0",
        "limits": "Beats as annotated from ECG, in steps of 1/128 s; flutter, pacing and block only as they "
        "stand beside fibrillation in these recordings",
    },
    "synth_glucose": {
        "what": "six hours of glucose before a low, and the hour in which it comes",
        "condition": "the newest reading, the lowest of the coming hour (mg/dL), minute of the local day",
        "output": "28 readings in mg/dL, a quarter of an hour apart: 24 that end now, and 4 to come",
        "rare": "glucose is 70 mg/dL or above now and below within the hour",
        "features": "51 numbers of the six hours until now: readings relative to the newest, changes, level, "
        "time of day",
        "command": "vitalstream train synth --data DIR/shanghai_cgm --out models/registry",
        "cite": 'Q. Zhao et al., "Chinese diabetes datasets for data-driven machine learning", Scientific '
        "Data 10:35, 2023",
        "licence": "CC BY 4.0 as the publisher states",
        "limits": "No meals, insulin or exercise; one brand of sensor, whose readings come in steps of "
        "1.8 mg/dL (0.1 mmol/L); no gaps",
    },
}
_FIGURES = {"auroc": "AUROC", "auprc": "AUPRC", "se_at_5": "sensitivity at 5 % false"}


def write_card(registry: Path, entry: ModelEntry, kind: Kind, main: str, found: Mapping[str, Report]) -> None:
    """Write the card as Markdown."""
    cards.write_card(
        registry,
        entry,
        "synth/card.md",
        status=entry.status,
        verdict=_verdict(entry, main, found),
        main=_FIGURES[main],
        split=kind.dataset,
        seeds=str(found["test"].extra["seeds"]),
        by_seed=_by_seed(found),
        likeness=_likeness(found),
        nearness=_nearness(found),
        **_ABOUT[kind.name],
    )


def _verdict(entry: ModelEntry, main: str, found: Mapping[str, Report]) -> str:
    """What was found, in a sentence each for validation and test people."""
    told = [f"{_gain(one, main)} on {name} people" for name, one in found.items()]
    taken = (
        "Kept: training may take its windows"
        if entry.status == "active"
        else "Not kept in training: the file stays for study"
    )
    return (
        f"{taken}. Made-up windows beside real ones changed the classifier's {_FIGURES[main]} by "
        f"{' and by '.join(told)}."
    )


def _gain(found: Report, main: str) -> str:
    low, high = found.intervals[f"{main}_gain"]
    return f"{found.figures[f'{main}_gain']:+.4f} (95 % interval {low:+.4f} to {high:+.4f})"


def _by_seed(found: Mapping[str, Report]) -> str:
    rows = [
        [f"{title}, {name}", *(f"{gain:+.4f}" for gain in one.extra[f"{figure}_gain_by_seed"])]
        for figure, title in _FIGURES.items()
        for name, one in found.items()
    ]
    seeds = [str(number + 1) for number in range(found["test"].extra["seeds"])]
    return cards.table(["gain with seed", *seeds], rows)


def _likeness(found: Mapping[str, Report]) -> str:
    rows = []
    for name, one in found.items():
        known = one.extra
        for statistic in (key.removeprefix("ks_people_") for key in known if key.startswith("ks_people_")):
            points = [
                " / ".join(_short(known[f"{statistic}_{who}_{at}"]) for at in (10, 50, 90))
                for who in ("real", "made")
            ]
            distances = [f"{known[f'ks_{statistic}']:.3f}", f"{known[f'ks_people_{statistic}']:.3f}"]
            rows.append([f"{statistic}, {name}", *points, *distances])
    head = ["statistic", "real: 10 / 50 / 90 %", "made up", "distance", "distance of other people"]
    return cards.table(head, rows)


def _short(value: float) -> str:
    """Three digits, never as a power of ten."""
    return f"{float(f'{value:.3g}'):g}"


def _nearness(found: Mapping[str, Report]) -> str:
    names = ("told_apart", "near", "nearest_real", "nearest_made")
    rows = [[name, *(f"{one.extra[name]:.4f}" for one in found.values())] for name in names]
    return cards.table(["", *found], rows)
