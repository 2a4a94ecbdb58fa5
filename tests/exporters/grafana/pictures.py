"""Draws dashboards from a Prometheus's answers to their own queries: Grafana itself can't run where tests do.

Places, titles, units, queries and legends are the dashboards' own; the drawing is uPlot's, not Grafana's.
"""

from __future__ import annotations

import json
import re
import shutil
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from tests.exporters.grafana.pages import PATHS, ROOT, load
from tests.exporters.running_prometheus import Prometheus

UPLOT = ROOT / "exporters" / "board" / "files" / "uplot"
PAGE = Path(__file__).with_name("drawn.html")
WIDTH = 1500
SPAN_S, STEP_S = 90, 1


def draw(prometheus: Prometheus, filled: dict[str, str], folder: Path) -> None:
    """Write `grafana-NAME.png` of each dashboard into the folder; `filled` are Grafana's variables."""
    now = int(time.time())
    times = list(range(now - SPAN_S, now, STEP_S))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for path in PATHS:
            page = browser.new_page(viewport={"width": WIDTH, "height": 800})
            page.set_content(PAGE.read_text())
            page.add_style_tag(path=UPLOT / "uPlot.min.css")
            page.add_script_tag(path=UPLOT / "uPlot.iife.min.js")
            page.evaluate("page => draw(page)", _page(prometheus, filled, path, times))
            page.screenshot(path=folder / f"grafana-{path.stem}.png", full_page=True)
            page.close()
        browser.close()


def _page(prometheus: Prometheus, filled: dict[str, str], path: Path, times: list[int]) -> dict[str, Any]:
    told = load(path)
    panels = [
        {
            "type": panel["type"],
            "title": panel["title"],
            "grid": panel["gridPos"],
            "unit": panel.get("fieldConfig", {}).get("defaults", {}).get("unit"),
            "series": _firing(prometheus)
            if panel["type"] == "alertlist"
            else [
                series
                for target in panel.get("targets", [])
                for series in _series(prometheus, filled, target, times)
            ],
        }
        for panel in told["panels"]
    ]
    return {"title": told["title"], "text": told["description"], "times": times, "panels": panels}


def _firing(prometheus: Prometheus) -> list[dict[str, Any]]:
    found = prometheus.get("/api/v1/alerts")["alerts"]
    return [{"name": f"{one['labels']['alertname']} ({one['state']})", "values": []} for one in found]


def _series(
    prometheus: Prometheus, filled: dict[str, str], target: dict[str, Any], times: list[int]
) -> list[dict[str, Any]]:
    query = target["expr"]
    for variable, value in filled.items():
        query = query.replace(variable, value)
    span = {"start": str(times[0]), "end": str(times[-1]), "step": str(STEP_S)}
    found = prometheus.get("/api/v1/query_range", query=query, **span)["result"]
    return [
        {"name": _name(target, one["metric"]), "values": _values(dict(one["values"]), times)} for one in found
    ]


def _name(target: dict[str, Any], labels: dict[str, str]) -> str:
    legend = target.get("legendFormat") or ", ".join(
        f"{name} {value}" for name, value in labels.items() if name not in ("__name__", "job")
    )
    return re.sub(r"\{\{(\w+)\}\}", lambda found: labels.get(found[1], ""), legend)


def _values(found: dict[float, str], times: list[int]) -> list[float | None]:
    """At each time; JSON has no NaN."""
    told = (found.get(at) for at in times)
    return [None if value in (None, "NaN", "+Inf", "-Inf") else float(json.loads(value)) for value in told]
