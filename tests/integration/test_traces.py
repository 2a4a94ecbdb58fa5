"""Traces of really running processes, from a simulated packet to its alert in Redis."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from itertools import pairwise

from tests.integration.collector import Told, collecting
from tests.integration.conftest import Bench

STAGES = {"wait", "observe", "infer", "decide", "finish"}
SIMULATE = ["simulate", "--wearers", "3", "--hours", "6", "--episode-hours", "1", "--seed", "1", "--json"]


def simulate(bench: Bench, **environment: str) -> None:
    settings = {
        "VITALSTREAM_BROKER": bench.settings.broker,
        "VITALSTREAM_DATA_DIR": str(bench.settings.data_dir),
        "VITALSTREAM_PARTITIONS": str(bench.settings.partitions),
    }
    subprocess.run(
        [sys.executable, "-c", "from streams.cli import main; main()", *SIMULATE],
        env=os.environ | settings | environment,
        check=True,
        timeout=120,
        capture_output=True,
    )


def test_one_trace_leads_from_the_packet_that_was_sent_to_the_alert_that_was_written(bench: Bench) -> None:
    with collecting() as collector:
        to = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
        worker = bench.start(**to, VITALSTREAM_LOG_FORMAT="json")
        worker.wait_ready()
        # All packets are sampled: the queue must hold them.
        simulate(bench, **to, OTEL_BSP_MAX_QUEUE_SIZE="20000", OTEL_TRACES_SAMPLER="always_on")
        bench.wait_done()
        assert worker.end(signal.SIGTERM) == 0
        spans = {(span.trace, span.id): span for span in collector.spans}
        bodies = b"".join(collector.bodies)

    alerts = bench.alerts()
    written = [span for span in spans.values() if span.name == "write alert"]
    assert alerts and len(written) == len({(alert.id, alert.revision) for alert in alerts})
    for span in written:
        process = spans[span.trace, span.parent]
        send = spans[process.trace, process.parent]
        below = {each.name: each for each in spans.values() if each.parent == process.id}
        assert (process.name, process.service) == ("process vitals", "vitalstream-worker")
        assert (send.name, send.service, send.parent) == ("send vitals", "vitalstream-gateway", "")
        assert below.keys() >= STAGES | {"write alert"}
        assert in_order([below[name] for name in ("wait", "observe", "infer", "decide", "write alert")])
    for private in {alert.wearer for alert in alerts} | {alert.id for alert in alerts}:
        assert private.encode() not in bodies
    assert not set().union(*(span.attributes for span in spans.values())) & {"wearer", "device", "condition"}


def in_order(spans: list[Told]) -> bool:
    return all(one.begun <= other.begun for one, other in pairwise(spans))
