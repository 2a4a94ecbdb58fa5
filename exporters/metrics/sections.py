"""All metrics there are, in the sections of the reference page."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Metric, ProcessCollector

from exporters.deliveries.measures import DeliveryMetrics
from exporters.metrics.alert_part import AlertMetrics
from exporters.metrics.api_part import ApiMetrics
from exporters.metrics.flow_part import FlowMetrics
from exporters.metrics.model_part import ModelMetrics, ShadowMetrics, TruthMetrics
from exporters.metrics.state_part import StateMetrics
from exporters.metrics.wearer_part import WearerMetrics

WORKER = (
    ("Flow", FlowMetrics),
    ("Wearers", WearerMetrics),
    ("Alerts", AlertMetrics),
    ("State", StateMetrics),
    ("Models", ModelMetrics),
    ("Whether models are right", TruthMetrics),
    ("Shadows", ShadowMetrics),
)


def sections() -> dict[str, list[object]]:
    """Title of a section to the metrics in it, made anew."""
    registry = CollectorRegistry()
    found = {title: list(vars(make(registry)).values()) for title, make in WORKER}
    found["Deliveries"] = list(vars(DeliveryMetrics(registry, (), ())).values())
    found["API"] = list(vars(ApiMetrics(registry)).values())
    return found


def process_metrics() -> list[Metric]:
    """What the Prometheus client tells of any process (on Linux)."""
    return list(ProcessCollector(registry=None).collect())
