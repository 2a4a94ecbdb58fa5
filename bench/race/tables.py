"""A benchmark's report as tables: for a terminal, and for the page in docs. Size: samples a signal."""

from __future__ import annotations

from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table

from bench.pipes import pipes, replace_between
from bench.race.figures import ManyFigures, MemoryFigures, RaceFigures, Report, SizeFigures, Spread

BEGIN = "<!-- bench: begin, written by `vitalstream bench race --docs` -->"
END = "<!-- bench: end -->"
NAMES = {
    "floor": "floor, in memory",
    "vitalstream": "vitalstream",
    "faust": "plain Faust, memory",
    "faust_table": "plain Faust, table",
    "quix": "Quix Streams, memory",
    "bytewax": "Bytewax, no snapshots",
}
Rows = list[list[str]]
WORDS = ("way",)
"""Columns that are not numbers."""

SPEED_HEAD = [
    "size",
    "way",
    "packets/s",
    "samples/s",
    "CPU s/100k",
    "busy %",
    "faster ×",
    "cheaper ×",
]
MANY_HEAD = ["wearers", "way", "packets/s", "CPU s/100k", "faster ×", "cheaper ×", "GiB"]
LATENCY_HEAD = ["size", "load %", "packets/s", "alerts", "p50 ms", "p99 ms", "p99.9 ms", "largest ms"]
MEMORY_HEAD = ["wearers", "hours of data", "live bytes", "restored bytes", "snapshot bytes"]


def terminal(report: Report) -> RenderableType:
    """Give the report for a person at a terminal: medians without their spread."""
    lines = [_about(report), *_warnings(report)]
    tables = [
        _rich("Throughput on one processor", SPEED_HEAD, _speed(report)),
        _rich("Packet to alert in Valkey at a steady load", LATENCY_HEAD, _latency(report)),
        *([_rich("Many wearers", MANY_HEAD, _many(report))] if report.many else []),
        _rich("Bytes of a wearer", MEMORY_HEAD, _memory(report.memory)),
    ]
    return Group(*tables, *lines)


def markdown(report: Report) -> str:
    """Give the same for the page in docs."""
    parts = [
        _about(report),
        *_warnings(report),
        pipes(SPEED_HEAD, _speed(report), WORDS),
        pipes(LATENCY_HEAD, _latency(report)),
        *([pipes(MANY_HEAD, _many(report), WORDS)] if report.many else []),
        pipes(MEMORY_HEAD, _memory(report.memory)),
    ]
    return "\n\n".join(parts)


def write_docs(report: Report, path: Path) -> None:
    """Replace what stands between the two marks of a page. Raises UserError when it has none."""
    replace_between(path, BEGIN, END, markdown(report))


def _about(report: Report) -> str:
    on = report.machine
    kind = "a quick run" if report.quick else "a whole run"
    pinned = "the measured process has one to itself" if on.pinned else "no process was pinned"
    libraries = ", ".join(f"{name} {number}" for name, number in on.libraries.items())
    rounds = _plural(report.rounds, "round")
    return (
        f"Measured {report.date} in {kind} of {rounds} ({report.seconds / 60:.0f} minutes): {on.processor},"
        f" {_plural(on.cores, 'core')} ({pinned}; load before: {on.load_before:g}),"
        f" {on.system}, Python {on.python}, {libraries}."
    )


def _warnings(report: Report) -> list[str]:
    sizes = [(f"{size.samples_per_signal} samples a signal", size) for size in report.sizes]
    races: list[tuple[str, RaceFigures]] = [*sizes, *((_wearers(crowd), crowd) for crowd in report.many)]
    lines = [f"Warning: {title}: {text}." for title, one in races for text in one.warnings]
    if all(one.same_alerts for _, one in races):
        counts = ", ".join(str(one.alerts) for _, one in races)
        lines.append(f"Every way gave the same alerts in every round: {counts}.")
    return lines


def _speed(report: Report) -> Rows:
    return [_way(size, way) for size in report.sizes for way in size.ways]


def _way(size: SizeFigures, way: str) -> list[str]:
    found, ratios = size.ways[way], size.ratios.get(f"vs_{way}")
    return [
        str(size.samples_per_signal),
        NAMES.get(way, way),
        _spread(found.packets_per_s, 0),
        _spread(found.samples_per_s, 0),
        _spread(found.cpu_s_per_100k, 1),
        f"{100 * found.processor_share.median:.0f}",
        _spread(ratios.throughput, 2) if ratios else "",
        _spread(ratios.cpu, 2) if ratios else "",
    ]


def _many(report: Report) -> Rows:
    return [_in_crowd(crowd, way) for crowd in report.many for way in crowd.ways]


def _in_crowd(crowd: ManyFigures, way: str) -> list[str]:
    found, ratios = crowd.ways[way], crowd.ratios.get(f"vs_{way}")
    return [
        f"{crowd.wearers:,}",
        NAMES.get(way, way),
        _spread(found.packets_per_s, 0),
        _spread(found.cpu_s_per_100k, 1),
        _spread(ratios.throughput, 2) if ratios else "",
        _spread(ratios.cpu, 2) if ratios else "",
        f"{crowd.resident_bytes[way] / (1 << 30):.2f}",
    ]


def _wearers(crowd: ManyFigures) -> str:
    return f"{crowd.wearers:,} wearers"


def _latency(report: Report) -> Rows:
    return [
        [
            str(size.samples_per_signal),
            f"{100 * found.load:.0f}",
            f"{found.load_packets_per_s:,.0f}",
            f"{found.alerts:,}",
            *(f"{ms:.0f}" for ms in (found.p50_ms, found.p99_ms, found.p999_ms, found.max_ms)),
        ]
        for size in report.sizes
        for found in size.latency
    ]


def _memory(found: MemoryFigures) -> Rows:
    sizes = (found.live_bytes, found.restored_bytes, found.snapshot_bytes)
    return [[f"{found.wearers:,}", f"{found.hours:g}", *(f"{size:,}" for size in sizes)]]


def _spread(found: Spread, digits: int) -> str:
    median, low, high = (f"{value:,.{digits}f}" for value in (found.median, found.low, found.high))
    return median if low == high else f"{median} ({low} to {high})"


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def _rich(title: str, head: list[str], rows: Rows) -> Table:
    table = Table(title=title, box=SIMPLE_HEAD, padding=0)
    for name in head:
        words = name in WORDS
        table.add_column(name, justify="left" if words else "right", no_wrap=words)
    for row in rows:
        # Medians alone: a line of 80 characters holds no more.
        table.add_row(*(cell.partition(" (")[0] for cell in row))
    return table
