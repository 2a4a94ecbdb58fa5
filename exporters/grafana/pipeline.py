"""The pipeline: how far behind it is, where its time goes, and whether what it knows is safe."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from exporters.grafana.limits import limit
from exporters.grafana.panels import Help, Panel, bars, lines
from exporters.grafana.queries import age, increase, mean, most, of, quantile, rate, total
from exporters.grafana.shell import Row, dashboard

RECOVERY = "explanation/recovery.md"


def page() -> Dashboard:
    """From Kafka to Redis, stage by stage."""
    return dashboard(
        "pipeline",
        "Pipeline",
        "How far behind is it, where is the time spent, and is what it knows safe?",
        [
            Row("How far behind?", _behind()),
            Row("Where is the time spent?", _time()),
            Row("Does Redis take alerts?", _redis()),
            Row("Is state safe?", _state()),
        ],
    )


def _behind() -> list[Panel]:
    return [
        lines(
            "Lag by partition",
            Help(
                "Records of each partition that are not processed yet.",
                "all rise: start a worker. One rises: look at the worker that owns it.",
            ),
            "short",
            (total("vitalstream_consumer_lag_records", "partition"), "partition {{partition}}"),
            span=8,
        ),
        lines(
            "Trend of the lag",
            Help(
                "Records a second by which the lag grows; below 0 it catches up.",
                "above 0 for long: more comes than is done. Start a worker, while there are partitions.",
            ),
            "cps",
            (
                f"sum by (job) (deriv({of('vitalstream_consumer_lag_records')}[$__rate_interval]))",
                "{{job}}",
            ),
            bad=0,
            span=8,
        ),
        lines(
            "Event time behind the wall clock",
            Help(
                "Wall clock less the newest event time that a partition took; below 0 in a simulation.",
                "devices send late, or their clocks are wrong; or records wait (lag).",
                "explanation/time.md",
            ),
            "s",
            (
                f"time() - {most(of('vitalstream_stream_timestamp_seconds'), 'partition')}",
                "partition {{partition}}",
            ),
            span=8,
        ),
    ]


def _time() -> list[Panel]:
    return [
        lines(
            "Time of a chunk by stage",
            Help(
                "Mean time that a chunk of records spends in each stage.",
                "observe or infer high: more workers. effects high: Kafka answers slowly.",
                "reference/benchmarks.md",
            ),
            "s",
            (mean("vitalstream_stage_seconds", "stage"), "{{stage}}"),
            span=8,
        ),
        lines(
            "Whole chunk",
            Help(
                "Time from taking a chunk to its last effect.",
                "every alert of a chunk waits for it: near the objective of latency, add workers.",
            ),
            "s",
            *((quantile(share, "vitalstream_chunk_seconds"), f"p{share * 100:g}") for share in (0.5, 0.99)),
            bad=limit("VitalstreamAlertsSlow"),
            span=8,
        ),
        lines(
            "Records scored together",
            Help(
                "Mean records that are taken at once.",
                "large numbers mean that work waits; small ones cost more for each record, and are fast.",
            ),
            "short",
            (mean("vitalstream_chunk_records"), "records"),
            span=8,
        ),
    ]


def _redis() -> list[Panel]:
    return [
        lines(
            "Alerts that wait for Redis",
            Help(
                "Decided and kept in the state, but not taken yet. Subscribers do not have them.",
                "bring Redis back: memory, credentials, a replica that only reads?",
            ),
            "short",
            (total("vitalstream_pending_alerts", "instance"), "{{instance}}"),
            span=8,
        ),
        lines(
            "Workers that have stopped reading",
            Help(
                "Too many alerts wait for Redis, so nothing more is read. Nothing is lost, all is late.",
                "bring Redis back.",
            ),
            "short",
            (total("vitalstream_reading_stopped"), "workers"),
            bad=limit("VitalstreamReadingStopped"),
            span=8,
        ),
        lines(
            "Redis errors by kind",
            Help(
                "Failed writes to Redis a second; what failed is sent again.",
                "the kind says what to mend: connection, timeout, memory, rights.",
                "reference/redis.md",
            ),
            "cps",
            (rate("vitalstream_redis_errors_total", "kind"), "{{kind}}"),
            span=8,
        ),
    ]


def _state() -> list[Panel]:
    return [
        lines(
            "Age of the committed offset",
            Help(
                "Seconds since each partition's offset last moved or was at the end.",
                "look at the worker's log and at the broker. The worker ends itself when it stands still.",
                RECOVERY,
            ),
            "s",
            (age("vitalstream_commit_timestamp_seconds", "partition"), "partition {{partition}}"),
            bad=limit("VitalstreamCommitStands"),
            span=8,
        ),
        lines(
            "Age of the checkpoint",
            Help(
                "Seconds since each partition's state was saved; after a crash all since is read again.",
                "the broker takes no pages: disk, quota, rights? Without packets nothing is to be saved.",
                RECOVERY,
            ),
            "s",
            (age("vitalstream_checkpoint_timestamp_seconds", "partition"), "partition {{partition}}"),
            span=8,
        ),
        lines(
            "Time of a checkpoint",
            Help(
                "From its first page to the broker's acknowledgement.",
                "the broker is slow, or there is much to write: see the size beside it.",
                RECOVERY,
            ),
            "s",
            *(
                (quantile(share, "vitalstream_checkpoint_seconds"), f"p{share * 100:g}")
                for share in (0.5, 0.95)
            ),
            span=8,
        ),
        lines(
            "Size of a checkpoint",
            Help(
                "Mean bytes that a checkpoint writes.",
                "it follows wearers and packets. Does the broker's retention and disk hold it?",
                RECOVERY,
            ),
            "decbytes",
            (mean("vitalstream_checkpoint_size_bytes"), "bytes"),
            span=8,
        ),
        lines(
            "Pages of state",
            Help(
                "Pages of state written a second.",
                "pages without packets would be a defect; else they follow wearers that send.",
                RECOVERY,
            ),
            "wps",
            (rate("vitalstream_checkpoint_pages_total"), "pages"),
            span=8,
        ),
        bars(
            "What was lost or read again",
            Help(
                "Holes in the log (records lost) and times that the consumer went back (harmless).",
                "holes: the retention of vitals is shorter than the time that workers were away.",
                "reference/topics.md",
            ),
            "short",
            (increase("vitalstream_offset_gaps_total"), "holes in the log"),
            (increase("vitalstream_offset_gap_offsets_total"), "offsets in them"),
            (increase("vitalstream_rewinds_total"), "went back"),
            span=8,
        ),
    ]
