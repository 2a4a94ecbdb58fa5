"""The API's own endpoint of metrics, beside its address: figures of the machine, never of a wearer."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from exporters.metrics.api_part import ApiMetrics
from exporters.metrics.door import MetricsDoor
from exporters.metrics.loop import LoopPulse
from exporters.metrics.server import MetricsServer
from streams.settings import Settings

LOOPBACK = "127.0.0.1"


def open_figures(
    settings: Settings, registry: CollectorRegistry, metrics: ApiMetrics
) -> tuple[MetricsServer, LoopPulse]:
    """Serve metrics; also gives the pulse, to be run on the API's loop.

    Where the API is open to a network and nothing is set up for its metrics, they stay on this machine.
    Raises OSError when the port is taken, UserError for a bad certificate or file of users.
    """
    pulse = LoopPulse(metrics.loop_delay.observe)
    alone = settings.metrics_tls_cert is None and settings.plaintext != "trusted-network"
    bind = LOOPBACK if alone else settings.bind
    door = MetricsDoor.of(settings.model_copy(update={"bind": bind}))
    server = MetricsServer(registry, pulse.trouble, bind=bind, port=settings.metrics_port, door=door)
    return server, pulse
