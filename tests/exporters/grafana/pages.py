"""The dashboards as they are committed, and what their panels ask."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "exporters" / "grafana" / "dashboards"
PATHS = sorted(FOLDER.glob("*.json"))


def load(path: Path) -> dict[str, Any]:
    """One dashboard."""
    page: dict[str, Any] = json.loads(path.read_text())
    return page


def panels(path: Path) -> Iterator[dict[str, Any]]:
    """Its panels, rows left out."""
    yield from (panel for panel in load(path)["panels"] if panel["type"] != "row")


def asking(path: Path) -> Iterator[tuple[dict[str, Any], str]]:
    """Its panels that ask Prometheus, with each of their queries."""
    for panel in panels(path):
        for target in panel.get("targets", []):
            yield panel, target["expr"]
