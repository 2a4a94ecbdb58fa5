"""The live view of the demo: rates, wearers at risk, the newest alerts with their reasons."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime

from rich.console import Group
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from exporters.alerts.card import card
from streams.demo.figures import Figures
from streams.records import Alert, Priority

NEWEST = 6
SHOWN = 8
RANK: dict[Priority, int] = {"high": 0, "medium": 1, "low": 2, "info": 3}
COLOURS: dict[Priority, str] = {"high": "bold red", "medium": "yellow", "low": "cyan", "info": "dim"}


@dataclass(slots=True)
class Scene:
    """What the view knows of the stream so far."""

    wearers: int
    board: str = ""
    """Its address."""
    figures: Figures = field(default_factory=Figures)
    rate: float = 0.0
    """Packets a second, newest."""
    active: dict[str, Alert] = field(default_factory=dict)
    """Alerts that are not resolved, by id."""
    newest: deque[Alert] = field(default_factory=lambda: deque(maxlen=NEWEST))
    stream_ms: int = 0
    stage: str = ""

    def take(self, alert: Alert) -> None:
        """Take one event in the life of an alert."""
        self.stream_ms = max(self.stream_ms, alert.updated)
        if alert.status == "resolved":
            self.active.pop(alert.id, None)
        else:
            self.active[alert.id] = alert
        if alert.priority != "info":
            self.newest.append(alert)


def render(scene: Scene) -> Group:
    """The whole view."""
    return Group(_head(scene), _at_risk(scene), _newest(scene))


def _head(scene: Scene) -> Panel:
    figures, outcomes = scene.figures, scene.figures.outcomes
    clock = f"{datetime.fromtimestamp(scene.stream_ms / 1000, UTC):%a %H:%M}" if scene.stream_ms else "…"
    p50, p99 = figures.latency(0.5), figures.latency(0.99)
    latency = f"{p50 * 1000:.0f} / {p99 * 1000:.0f} ms" if p50 is not None and p99 is not None else "…"
    rows = Table.grid(padding=(0, 3))
    rows.add_row(
        f"[bold]{scene.rate:,.0f}[/] packets/s",
        f"{scene.wearers:,} wearers",
        f"event time {clock}",
        f"latency p50/p99 {latency}",
        f"lag {figures.lag:,}",
        f"{figures.memory_bytes / 2**20:.0f} MiB",
    )
    rows.add_row(
        *(f"{outcomes.get(name, 0):,} {name}" for name in ("scored", "rejected", "late", "duplicate"))
    )
    return Panel(
        rows, title=f"vitalstream · board at {scene.board}", subtitle=scene.stage, border_style="blue"
    )


def _at_risk(scene: Scene) -> Panel:
    ranked = sorted(
        (alert for alert in scene.active.values() if alert.priority != "info"),
        key=lambda alert: (RANK[alert.priority], -alert.updated),
    )
    table = Table.grid(padding=(0, 2))
    for alert in ranked[:SHOWN]:
        since = f"{datetime.fromtimestamp(alert.onset / 1000, UTC):%H:%M}"
        table.add_row(
            Text(alert.priority, COLOURS[alert.priority]),
            Text(alert.wearer, "bold"),
            alert.title,
            f"since {since}",
        )
    if not ranked:
        table.add_row(Text("nobody; own normals are being learnt", "dim"))
    return Panel(
        table, title=f"wearers at risk now: {len({a.wearer for a in ranked})}", border_style="yellow"
    )


def _newest(scene: Scene) -> Panel:
    cards = [card(alert) for alert in reversed(scene.newest)]
    return Panel(Group(*cards) if cards else Text("…", "dim"), title="newest alerts", border_style="red")
