"""Shows what an evaluation found to a person at a terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_HEAD = ("model", "version", "people", "windows")


def table(report: Mapping[str, Any]) -> str:
    """The report for a person: counts first, then figures with their intervals, the rest, and groups."""
    ranges = report["intervals_95"]
    plain = {k: v for k, v in report.items() if k not in ranges and not isinstance(v, dict | list)}
    lines = ["{model} {version}: {people} people, {windows} windows".format(**plain)]
    width = max(map(len, ranges))
    for name, (low, high) in ranges.items():
        if report[name] is not None:
            told = f"95 % interval over people {low:.4f} to {high:.4f}"
            lines.append(f"  {name:<{width}} {report[name]:.4f}   {told}")
    lines += [f"  {name}: {value}" for name, value in plain.items() if name not in _HEAD]
    return "\n".join([*lines, *_groups(report.get("groups") or {})])


def _groups(found: Mapping[str, Any]) -> Iterator[str]:
    for kind, part in found.items():
        figures = list(part["gaps"])
        yield f"by {kind:<13}" + "".join(f"{name:>16}" for name in ("people", "positive", *figures))
        for name, group in part["groups"].items():
            counts = f"{group['people']:>16}{group['positive']:>16}"
            note = "  few" if group["small"] else ""
            yield f"  {name:<14}{counts}{''.join(_cell(group[figure]) for figure in figures)}{note}"
        yield f"  {'gap':<46}" + "".join(_cell(gap["gap"]) for gap in part["gaps"].values())


def _cell(value: float | None) -> str:
    return f"{'–':>16}" if value is None else f"{value:>16.4f}"
