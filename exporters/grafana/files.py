"""Every dashboard as the JSON file that Grafana is given."""

from __future__ import annotations

import json

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard

from exporters.grafana import api, burden, capacity, deliveries, models, overview, pipeline, quality

PAGES = {
    "overview": overview.page,
    "pipeline": pipeline.page,
    "models": models.page,
    "burden": burden.page,
    "quality": quality.page,
    "capacity": capacity.page,
    "deliveries": deliveries.page,
    "api": api.page,
}


def files() -> dict[str, str]:
    """File name to content of each dashboard."""
    return {f"{name}.json": _text(page()) for name, page in PAGES.items()}


def _text(page: Dashboard) -> str:
    return json.dumps(page, cls=JSONEncoder, indent=2, sort_keys=True, ensure_ascii=False) + "\n"
