"""The overview: whether it works, whether anybody is told late, and what it costs."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from exporters.grafana.limits import limit
from exporters.grafana.objectives import objectives
from exporters.grafana.panels import Help, Panel, bars, firing, lines, number
from exporters.grafana.queries import age, increase, most, of, quantile, rate, total
from exporters.grafana.shell import Row, dashboard

LATENCY = "vitalstream_alert_latency_seconds"


def page() -> Dashboard:
    """Grafana's home: the whole system on one screen."""
    return dashboard(
        "overview",
        "Overview",
        "Does it work, is anybody told late, and what does it cost?",
        [
            Row("Does it work?", [*_works(), *_late()]),
            Row("Are objectives met?", objectives()),
            Row("What does it do?", _does()),
            Row("What does it cost?", _costs()),
        ],
    )


def _works() -> list[Panel]:
    return [
        number(
            "Processes that answer",
            Help(
                "Workers and other processes whose metrics Prometheus can read.",
                "start the missing one again; without a worker nobody is watched.",
            ),
            "short",
            total("up"),
            bad=1,
            low=True,
        ),
        number(
            "Wearers watched",
            Help(
                "Wearers whose state is in the memory of a worker.",
                "fewer than you expect: do their devices send, and are all partitions owned?",
                "how-to/add-a-device.md",
            ),
            "short",
            total("vitalstream_wearers"),
        ),
        number(
            "Packets",
            Help(
                "Vitals packets that came to an end a second: scored, late, duplicate or rejected.",
                "0 while devices send: look at Records that wait, then at the worker's log.",
            ),
            "pps",
            rate("vitalstream_packets_total"),
        ),
        number(
            "Alert latency, p99",
            Help(
                "From the log time of the record that caused an alert to Redis's answer, 99 of 100.",
                "compare records that wait, the time of a chunk and Redis on the pipeline's dashboard.",
            ),
            "s",
            quantile(0.99, LATENCY),
            bad=limit("VitalstreamAlertsSlow"),
        ),
        number(
            "Records that wait",
            Help(
                "Vitals in Kafka that no worker has processed yet.",
                "while it rises, start another worker, as long as there are more partitions than workers.",
            ),
            "short",
            total("vitalstream_consumer_lag_records"),
            bad=limit("VitalstreamFallsBehind"),
        ),
        number(
            "Alerts that wait",
            Help(
                "Decided, kept in the state, not yet taken by Redis: subscribers do not have them.",
                "bring Redis back; vitalstream_redis_errors_total says by kind what it answers.",
            ),
            "short",
            total("vitalstream_pending_alerts"),
            # The rule says: more than none.
            bad=limit("VitalstreamAlertsWait") + 1,
        ),
    ]


def _late() -> list[Panel]:
    return [
        firing(
            "What is wrong now",
            Help(
                "Prometheus's alerting rules that fire or are about to.",
                "each says what to do; its runbook is linked.",
            ),
        ),
    ]


def _does() -> list[Panel]:
    return [
        lines(
            "Alert latency",
            Help(
                "From the log time of the causing record to Redis's answer.",
                "p50 high: all is late (lag). Only p99 high: chunks are too long, or Redis stalls.",
            ),
            "s",
            *((quantile(share, LATENCY), f"p{share * 100:g}") for share in (0.5, 0.9, 0.99)),
            bad=limit("VitalstreamAlertsSlow"),
        ),
        lines(
            "Packets by outcome",
            Help(
                "Every packet ends as one of these; their sum is what was produced.",
                "many rejected: see data quality. None at all: do devices or the gateway send?",
                "how-to/dead-letters.md",
            ),
            "pps",
            (rate("vitalstream_packets_total", "outcome"), "{{outcome}}"),
        ),
        bars(
            "New alerts by priority",
            Help(
                "Alerts that were raised or escalated in each interval.",
                "a jump for everybody is a device's or a rule's doing, not people's: see alert burden.",
                "how-to/tune-alerts.md",
            ),
            "short",
            (
                increase("vitalstream_alerts_total", "priority", 'status=~"raised|escalated"'),
                "{{priority}}",
            ),
        ),
        lines(
            "Oldest commit and checkpoint",
            Help(
                "Seconds since the slowest partition's offset was committed and its state saved.",
                "look at the worker's log and at the broker. A partition without packets saves nothing.",
                "explanation/recovery.md",
            ),
            "s",
            (age("vitalstream_commit_timestamp_seconds"), "commit"),
            (age("vitalstream_checkpoint_timestamp_seconds"), "checkpoint"),
            bad=limit("VitalstreamCommitStands"),
        ),
    ]


def _costs() -> list[Panel]:
    return [
        lines(
            "Processor by process",
            Help(
                "Cores that each process uses.",
                "a worker uses about one core at most: near it, start another.",
                "reference/benchmarks.md",
            ),
            "short",
            (rate("process_cpu_seconds_total", "job, instance"), "{{job}} {{instance}}"),
        ),
        lines(
            "Memory by process",
            Help(
                "Resident memory of each process.",
                "it follows wearers: see capacity. Growth without more wearers is a defect: restart, report.",
                "reference/benchmarks.md",
            ),
            "decbytes",
            (most(of("process_resident_memory_bytes"), "job, instance"), "{{job}} {{instance}}"),
        ),
    ]
