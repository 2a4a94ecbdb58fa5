"""The worker's metrics and their endpoint."""

from __future__ import annotations

import os
import shutil
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import get_args

import pytest
from prometheus_client import CollectorRegistry
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families

from exporters.metrics.labels import MOST_VALUES
from exporters.metrics.server import MetricsServer
from exporters.metrics.worker import WorkerMetrics
from models.online.progressive import Sums
from streams.records import Condition, Feedback, Priority, Status
from tests.exporters.examples import ONSET, alert


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def metrics(registry: CollectorRegistry) -> WorkerMetrics:
    return WorkerMetrics(registry)


@pytest.fixture
def server(registry: CollectorRegistry, metrics: WorkerMetrics) -> Iterator[MetricsServer]:
    server = MetricsServer(registry, lambda: None)
    yield server
    server.close()


def use_everything(metrics: WorkerMetrics, partition: int = 0) -> None:
    """Call every method once, so that every series exists."""
    metrics.packets("scored", 3)
    metrics.dead_letter("bad_json")
    metrics.chunk(64, 0.02)
    metrics.stage("observe", 0.004)
    metrics.lag(partition, 12, ONSET, now=ONSET / 1000 + 4)
    metrics.stream_time(partition, ONSET, ONSET - 30_000)
    metrics.wearers(partition, 200)
    metrics.heard(partition, 3, 250, 4)
    metrics.windows({("hr", "good"): 5, ("spo2", "motion"): 2})
    metrics.rewind()
    metrics.gap(3)
    metrics.alert(alert())
    metrics.alert_taken(ONSET, now=ONSET / 1000 + 0.04)
    metrics.pending_alerts(partition, 2)
    metrics.redis_error("timeout")
    metrics.reading_stopped(True)
    metrics.held_back("anomaly", "rate")
    metrics.wearer_day(["medium", "low"])
    metrics.acknowledged("medium", 90.0)
    metrics.kafka_error("conn")
    metrics.loop_delay(0.002)
    metrics.state_bytes(partition, 70_000)
    metrics.rebalanced(4)
    metrics.recovered(0.4)
    metrics.resumed(1.2)
    metrics.took_over(ONSET, now=ONSET / 1000 + 3)
    metrics.came_out("glucose", "readings", 0.3, True)
    metrics.inputs("rhythm", 20, {"rate": 0.2})
    metrics.checkpoint(partition, pages=7, size_bytes=70_000, seconds=0.03, now=1_000.0)
    metrics.cold_start("bad_mac")
    metrics.committed(partition, 900, now=1_001.0)
    metrics.model_run("rhythm", 20, 0.001)
    metrics.model_error("rhythm", 3)
    metrics.build({"rhythm": "1"}, "abc")
    metrics.lineup({"rhythm": "1"}, {"rhythm": ["2"]})
    metrics.model_refused("network")
    metrics.switched()
    metrics.shadow_run("rhythm", 20, 0.001, [0.1, 0.2])
    metrics.shadow_error("rhythm")
    metrics.shadow_dropped("rhythm", 20)
    metrics.answered(partition, {"18_to_39/male": (12, 0.2)})
    metrics.foretold("male_18_to_39", {"hr": Sums(2, 5.0, 1.5, 7.0)})
    metrics.answer(Feedback("f1", "w1", "a1", "answer", ONSET, useful=False), True)


def read(server: MetricsServer, path: str, **headers: str) -> str:
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", headers=headers)
    with urllib.request.urlopen(request, timeout=30) as answer:
        return str(answer.read().decode())


def test_values_arrive_in_base_units(registry: CollectorRegistry, metrics: WorkerMetrics) -> None:
    use_everything(metrics)

    value = registry.get_sample_value
    assert value("vitalstream_packets_total", {"outcome": "scored"}) == 3
    assert value("vitalstream_packets_total", {"outcome": "late"}) == 0
    assert value("vitalstream_watermark_age_seconds", {"partition": "0"}) == 30
    assert value("vitalstream_stream_timestamp_seconds", {"partition": "0"}) == ONSET / 1000
    assert value("vitalstream_alert_latency_seconds_sum") == pytest.approx(0.04, abs=1e-4)
    assert value("vitalstream_alert_latency_seconds_bucket", {"le": "0.05"}) == 1
    assert value("vitalstream_checkpoint_size_bytes_sum") == 70_000
    assert value("vitalstream_reading_stopped") == 1
    labels = {"condition": "rhythm", "priority": "medium", "status": "raised"}
    assert value("vitalstream_alerts_total", labels) == 1


def test_two_workers_in_one_process_do_not_meet() -> None:
    first, second = CollectorRegistry(), CollectorRegistry()
    WorkerMetrics(first).packets("scored")
    WorkerMetrics(second)

    assert first.get_sample_value("vitalstream_packets_total", {"outcome": "scored"}) == 1
    assert second.get_sample_value("vitalstream_packets_total", {"outcome": "scored"}) == 0


def test_a_revoked_partition_leaves_no_stale_gauge(
    registry: CollectorRegistry, metrics: WorkerMetrics
) -> None:
    use_everything(metrics, partition=0)
    use_everything(metrics, partition=1)

    metrics.revoked(0)
    metrics.revoked(5)

    seen = {s.labels["partition"] for m in registry.collect() for s in m.samples if "partition" in s.labels}
    assert seen == {"1"}


def test_series_stay_bounded_whatever_labels_are_given(
    registry: CollectorRegistry, metrics: WorkerMetrics
) -> None:
    for i in range(1000):
        metrics.dead_letter(f"reason_{'abcdefghij'[i % 10]}{i}")
        metrics.dead_letter(f"wearer {i} is unknown")
        metrics.redis_error(f"kind{i}")
        metrics.cold_start(f"cold{i}")
        metrics.model_run(f"model{i}", 1, 0.001)
        metrics.foretold(f"cohort{i}", {"hr": Sums(1)})
    for condition in get_args(Condition):
        for priority in get_args(Priority):
            for status in get_args(Status):
                metrics.alert(alert(condition=condition, priority=priority, status=status))

    series: dict[str, set[str]] = {}
    for family in registry.collect():
        for sample in family.samples:
            for label, value in sample.labels.items():
                series.setdefault(f"{family.name}/{label}", set()).add(value)
    assert max(len(values) for values in series.values()) <= MOST_VALUES + 1
    assert "other" in series["vitalstream_dead_letters/reason"]


def test_no_label_names_a_person_or_a_thing(registry: CollectorRegistry, metrics: WorkerMetrics) -> None:
    use_everything(metrics)

    labels = {label for m in registry.collect() for s in m.samples for label in s.labels}
    assert labels == {
        "outcome", "reason", "stage", "partition", "condition", "priority", "status", "kind", "model",
        "version", "python", "faust", "config", "le", "signal", "cohort", "action", "useful", "known",
        "verdict", "truth", "band", "feature",
    }  # fmt: skip


def test_the_endpoint_gives_text_that_prometheus_parses(
    server: MetricsServer, metrics: WorkerMetrics
) -> None:
    use_everything(metrics)

    text = read(server, "/metrics")

    names = {family.name for family in text_string_to_metric_families(text)}
    assert "vitalstream_packets" in names
    assert not any(name.endswith("_created") for name in names)
    openmetrics = read(server, "/metrics", Accept="application/openmetrics-text; version=1.0.0")
    assert "vitalstream_packets" in {family.name for family in parse_openmetrics(openmetrics)}


def test_health_means_progress(registry: CollectorRegistry) -> None:
    trouble: list[str | None] = [None]
    server = MetricsServer(registry, lambda: trouble[0])

    assert read(server, "/healthz") == "ok\n"
    trouble[0] = "partition 2 stands still for 61 s"
    with pytest.raises(urllib.error.HTTPError) as caught:
        read(server, "/healthz")

    assert (caught.value.code, caught.value.read()) == (503, b"partition 2 stands still for 61 s\n")
    server.close()


def test_a_port_that_is_taken_is_an_error_at_once(server: MetricsServer, registry: CollectorRegistry) -> None:
    with pytest.raises(OSError, match="in use"):
        MetricsServer(registry, lambda: None, port=server.port)


def test_a_closed_server_frees_its_port(registry: CollectorRegistry) -> None:
    first = MetricsServer(registry, lambda: None)
    first.close()

    second = MetricsServer(registry, lambda: None, port=first.port)
    assert second.port == first.port
    second.close()


@pytest.mark.parametrize("path", ["/", "/metrics/../x"])
def test_other_pages_do_not_exist(server: MetricsServer, path: str) -> None:
    with pytest.raises(urllib.error.HTTPError) as caught:
        read(server, path)
    assert caught.value.code == 404


def test_promtool_finds_nothing_to_criticise(server: MetricsServer, metrics: WorkerMetrics) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        if os.environ.get("CI"):
            pytest.fail("promtool is missing: install Debian's package prometheus")
        pytest.skip("promtool is not installed (Debian's package prometheus)")
    use_everything(metrics)

    done = subprocess.run(
        [promtool, "check", "metrics"],
        input=read(server, "/metrics"),
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_errors_of_own_usuals_add_up_by_signal_and_cohort(
    registry: CollectorRegistry, metrics: WorkerMetrics
) -> None:
    for _ in range(2):
        metrics.foretold("male_18_to_39", {"hr": Sums(2, 5.0, 1.5, 7.0)})

    labels = {"signal": "hr", "cohort": "male_18_to_39"}
    names = ("foretold", "error", "error_spreads", "naive_error")
    found = [registry.get_sample_value(f"vitalstream_own_normal_{name}_total", labels) for name in names]
    assert found == [4, 10.0, 3.0, 14.0]


def test_how_well_answers_are_foretold_is_told_by_cohort(
    registry: CollectorRegistry, metrics: WorkerMetrics
) -> None:
    metrics.answered(3, {"18_to_39/male": (12, 0.2)})

    labels = {"cohort": "male_18_to_39"}
    assert registry.get_sample_value("vitalstream_usefulness_answers", labels) == 12
    assert registry.get_sample_value("vitalstream_usefulness_brier_score", labels) == pytest.approx(0.2)
