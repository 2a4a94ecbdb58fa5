"""A benchmark's report as pictures: throughput, latency, and what many wearers cost, each an SVG."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from bench.race.figures import LatencyFigures, Report, SizeFigures
from bench.race.race import FLOOR, OURS
from bench.race.tables import NAMES

OWN, THEIRS, LIMIT, AIM = "#0b6e5f", "#8a94a3", "#cfd5dd", "#b3261e"
"""Colours of vitalstream, of other ways, of the floor, and of a line that is not to be crossed."""
MARKERS = ("o", "s", "^", "D", "v")
AIMS_MS = {0.5: 100, 0.8: 250}
"""For 99 % of alerts, by load."""
STYLE: dict[Any, Any] = {
    "font.size": 9.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "vitalstream",
}


def draw(report: Report, folder: Path) -> list[Path]:
    """Write every picture that the report has figures for; gives their paths."""
    wanted: dict[str, Callable[[Report], Figure]] = {"throughput": _throughput, "latency": _latency}
    if len(report.many) > 1:
        wanted["many"] = _many
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    with matplotlib.rc_context(STYLE):
        for name, make in wanted.items():
            path = folder / f"bench-{name}.svg"
            canvas: Any = FigureCanvasSVG(make(report))
            canvas.print_svg(path, metadata={"Date": None})
            paths.append(path)
    return paths


def _throughput(report: Report) -> Figure:
    figure = Figure(figsize=(9, 2.9), layout="constrained")
    for number, size in enumerate(report.sizes):
        axes = figure.add_subplot(1, len(report.sizes), number + 1)
        _bars(axes, size)
        if number:
            axes.set_yticks([])
    figure.suptitle("Packets a second on one processor; beside the bars how much faster vitalstream is")
    return figure


def _bars(axes: Any, size: SizeFigures) -> None:
    ways = list(size.ways)[::-1]
    rates = [size.ways[way].packets_per_s for way in ways]
    bars = axes.barh([NAMES.get(way, way) for way in ways], [rate.median for rate in rates], 0.7)
    for bar, way, rate in zip(bars, ways, rates, strict=True):
        bar.set_color(OWN if way == OURS else LIMIT if way == FLOOR else THEIRS)
        ratio = size.ratios.get(f"vs_{way}")
        text = f"{rate.median:,.0f}" + (f"   {ratio.throughput.median:.2f}×" if ratio else "")
        axes.text(rate.high, bar.get_y() + bar.get_height() / 2, f"  {text}", va="center", fontsize=8)
    low, high = ([getattr(rate, end) for rate in rates] for end in ("low", "high"))
    axes.hlines(range(len(ways)), low, high, color="black", linewidth=1)
    axes.set_xlim(0, 1.45 * max(high))
    axes.set_title(_titled(size), fontsize=9)
    axes.tick_params(axis="y", length=0)
    axes.xaxis.set_visible(False)
    axes.spines["bottom"].set_visible(False)


def _latency(report: Report) -> Figure:
    figure = Figure(figsize=(9, 2.9), layout="constrained")
    loads = sorted({found.load for size in report.sizes for found in size.latency})
    for number, load in enumerate(loads):
        axes = figure.add_subplot(1, len(loads), number + 1)
        for row, size in enumerate(report.sizes):
            found = next((found for found in size.latency if found.load == load), None)
            if found:
                _spots(axes, row, found)
        if load in AIMS_MS:
            axes.axvline(AIMS_MS[load], color=AIM, linewidth=1)
            axes.text(AIMS_MS[load], len(report.sizes) - 0.45, " aim for 99 %", color=AIM, fontsize=8)
        axes.set(xscale="log", xlim=(10, 1000), ylim=(-0.5, len(report.sizes) - 0.2))
        axes.set_yticks(range(len(report.sizes)), map(_titled, report.sizes) if not number else [])
        axes.set_xticks([10, 100, 1000], ["10 ms", "100 ms", "1 s"])
        axes.set_title(f"at {load:.0%} of the throughput", fontsize=9)
        axes.tick_params(axis="y", length=0)
    handles, labels = figure.axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=len(labels), fontsize=8, frameon=False)
    figure.suptitle("From the producer's hands to the alert in Valkey")
    return figure


def _spots(axes: Any, row: int, found: LatencyFigures) -> None:
    told = {"half": found.p50_ms, "99 %": found.p99_ms, "99.9 %": found.p999_ms, "all": found.max_ms}
    axes.hlines(row, found.p50_ms, found.max_ms, color=LIMIT, linewidth=3, zorder=1)
    for (name, ms), marker in zip(told.items(), MARKERS, strict=False):
        label = f"{name} of alerts" if not row else None
        axes.plot(ms, row, marker, color=OWN, markersize=5, fillstyle="none", label=label)


def _many(report: Report) -> Figure:
    figure = Figure(figsize=(8, 3.2), layout="constrained")
    axes = figure.add_subplot()
    crowds = [crowd.wearers for crowd in report.many]
    for way, marker in zip(report.many[0].ways, MARKERS, strict=False):
        rates = [crowd.ways[way].packets_per_s.median for crowd in report.many]
        color = OWN if way == OURS else LIMIT if way == FLOOR else THEIRS
        width = 2 if way == OURS else 1
        axes.plot(crowds, rates, f"{marker}-", color=color, linewidth=width, label=NAMES.get(way, way))
    _a_packet_each(axes, crowds)
    axes.set(xscale="log", xlabel="wearers, each with hours of history", ylabel="packets a second")
    axes.set_xticks(crowds, [f"{wearers:,}" for wearers in crowds])
    axes.set_xlim(crowds[0] / 1.5, crowds[-1] * 1.5)
    axes.set_ylim(bottom=0)
    axes.minorticks_off()
    figure.legend(loc="outside right upper", frameon=False)
    axes.set_title("Packets of a minute from many wearers, on one processor", fontsize=9)
    return figure


def _a_packet_each(axes: Any, crowds: Sequence[int]) -> None:
    """What comes in when every wearer of the largest crowd sends its packet each minute."""
    needed = crowds[-1] / 60
    axes.axhline(needed, color=AIM, linewidth=1)
    text = f"what {crowds[-1]:,} wearers send"
    axes.text(crowds[0] / 1.4, needed, text, color=AIM, fontsize=8, va="bottom")


def _titled(size: SizeFigures) -> str:
    samples = size.samples_per_signal
    return f"{samples} sample{'' if samples == 1 else 's'} in {size.seconds_per_packet} s"
