"""Partitions that move between workers, and what hinders a worker: panels of the dashboard on capacity."""

from __future__ import annotations

from exporters.grafana.limits import limit
from exporters.grafana.panels import Help, Panel, bars, lines
from exporters.grafana.queries import age, increase, quantile, rate, total

GROW = "how-to/operate.md"
RECOVERY = "explanation/recovery.md"


def moves() -> list[Panel]:
    """Rebalances, what they cost, and stored state that has to be read."""
    return [
        lines(
            "Partitions given",
            Help(
                "Partitions of vitals that each worker has; a step is a rebalance.",
                "their sum must be the number of partitions; below it, some are read by nobody.",
                GROW,
            ),
            "short",
            (total("vitalstream_assigned_partitions", "instance"), "{{instance}}"),
            span=8,
        ),
        bars(
            "Rebalances",
            Help(
                "Times that workers were given partitions.",
                "without a start or a stop of a worker: one misses its session, or dies.",
                "runbooks/VitalstreamRebalancesOften.md",
            ),
            "short",
            (increase("vitalstream_rebalances_total", "instance"), "{{instance}}"),
            span=8,
        ),
        lines(
            "Pause of a partition",
            Help(
                "From a rebalance until a partition goes on, and how long its first record had waited.",
                "above 15 s: large state, a slow broker, or a worker that was killed, not stopped.",
                RECOVERY,
            ),
            "s",
            (quantile(0.95, "vitalstream_partition_pause_seconds"), "pause, p95"),
            (quantile(0.95, "vitalstream_takeover_wait_seconds"), "first record's wait, p95"),
            (quantile(0.95, "vitalstream_recovery_seconds"), "state read, p95"),
            span=8,
        ),
        lines(
            "Stored state by partition",
            Help(
                "Bytes of all pages as they were stored; a worker reads them when it is given the partition.",
                "it follows wearers. It is the first thing that makes recovery slow.",
                RECOVERY,
            ),
            "decbytes",
            (total("vitalstream_state_bytes", "partition"), "partition {{partition}}"),
            span=8,
        ),
    ]


def hindrances() -> list[Panel]:
    """The event loop and Kafka's client."""
    return [
        lines(
            "Delay of the event loop, p99",
            Help(
                "How much too late a task wakes.",
                "the processor is busy with others, or memory is swapped.",
                "runbooks/VitalstreamEventLoopBlocked.md",
            ),
            "s",
            (quantile(0.99, "vitalstream_event_loop_delay_seconds", "instance"), "{{instance}}"),
            bad=limit("VitalstreamEventLoopBlocked"),
            span=8,
        ),
        lines(
            "Since Kafka answered",
            Help(
                "Workers ask every two seconds where their partitions end.",
                "Kafka is down, or does not let us in: `vitalstream doctor`.",
                "runbooks/VitalstreamKafkaUnreachable.md",
            ),
            "s",
            (age("vitalstream_kafka_answer_timestamp_seconds", "instance"), "{{instance}}"),
            bad=limit("VitalstreamKafkaUnreachable"),
            span=8,
        ),
        lines(
            "Errors of Kafka's client",
            Help(
                "Warnings and errors a second, by the part of the client that gave them.",
                "none is usual but around a rebalance or an outage.",
                "runbooks/VitalstreamKafkaUnreachable.md",
            ),
            "cps",
            (rate("vitalstream_kafka_client_errors_total", "kind"), "{{kind}}"),
            span=8,
        ),
    ]
