"""Alerts to write in tests."""

from __future__ import annotations

from typing import Any

from streams.records import Alert, Contribution, Source

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
