"""The reference page of the networks, made from the manifest that ships."""

from __future__ import annotations

from collections.abc import Iterator

from models.deep.manifest import Interval, ModelEntry, read_manifest
from models.deep.networks import COMMITTED
from models.training.bars import Bar, stand
from models.training.cards import figures_table, show, table

LEAD = (
    "Figures of the networks that ship, on people whom the answering network never saw, with 95 % intervals"
    " by bootstrap over people. `vitalstream evaluate NAME --data DIR --split test` makes those of test"
    " people again, `vitalstream models card` those that are validated across folds; what each network is"
    " for, and when it is wrong, is [explained](../explanation/networks.md)."
)
BARS_LEAD = (
    "*At least* lies just above the best simple method on the same data; a figure stands at the *aim*, at the"
    " *bar* or has *missed* it. Errors (`rmse`, mg/dL; `ece`, calibration) are better when lower. Of `rhythm`"
    " on a database from elsewhere (360 Hz, half-hour records, many ectopic beats) no figure is given here:"
    " none was at hand, so the bar for that, Se .95, Sp .95, PPV .70, AUROC .985, is not shown to be reached."
    " `diabetes` has no untouched test people, its data are too few: its figures are cross-validated, each"
    " person answered by a network that did not learn from them, yet penalties and bends were chosen by such"
    " figures."
)


def networks_body() -> str:
    """Bars, then every figure of every network."""
    manifest = read_manifest(COMMITTED)
    rows = [_bar(bar, found) for bar, found in stand(manifest)]
    bars = table(("network", "people", "figure", "measured", "at least", "aim", "stands at"), rows)
    entries = [entry for entry in manifest.models if entry.status != "retired"]
    return "\n\n".join([f"## Against the bars\n\n{BARS_LEAD}\n\n{bars}", *map(_network, entries)])


def _bar(bar: Bar, found: Interval) -> list[str]:
    aim = "" if bar.aim is None else f"{bar.aim:g}"
    sign = "≤" if bar.low_is_good else "≥"
    figures = (f"`{bar.figure}`", show(found), f"{sign} {bar.least:g}", f"{sign} {aim}" if aim else "")
    return [f"`{bar.network}`", bar.people, *figures, bar.verdict(found.value)]


def _network(entry: ModelEntry) -> str:
    return "\n\n".join([f"## {entry.name} {entry.version}", " · ".join(_facts(entry)), figures_table(entry)])


def _facts(entry: ModelEntry) -> Iterator[str]:
    yield entry.status
    yield f"{(COMMITTED / entry.file).stat().st_size:,} bytes"
    yield f"row {list(entry.row.shape)}"
    yield f"[card](../../models/registry/{entry.card})"
    for name, value in entry.thresholds.items():
        yield f"threshold {name} {value:g}"
