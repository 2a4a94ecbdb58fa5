"""Capacity: how much more it can take, and when another worker is needed."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from exporters.grafana.moves import hindrances, moves
from exporters.grafana.panels import Help, Panel, lines, number, rows
from exporters.grafana.queries import most, of, rate, total
from exporters.grafana.shell import Row, dashboard

BENCH = "reference/benchmarks.md"
BUSY_S = "vitalstream_chunk_seconds_sum"
FULL = 0.7
"""Share of its time that a worker may be busy before queues form (at 0.7, work waits about twice as long)."""


def page() -> Dashboard:
    """What each worker carries, and what a wearer costs."""
    return dashboard(
        "capacity",
        "Capacity",
        "How much more can it take, and when is another worker needed?",
        [
            Row("Is there room?", _room()),
            Row("Who carries what?", _carries()),
            Row("Do partitions move?", moves()),
            Row("What hinders workers?", hindrances()),
            Row("What runs?", _runs()),
        ],
    )


def _room() -> list[Panel]:
    return [
        number(
            "Busiest worker",
            Help(
                "Share of its time that it works on chunks.",
                "start another worker, as long as there are more partitions than workers.",
            ),
            "percentunit",
            most(rate(BUSY_S, "instance")),
            bad=FULL,
        ),
        number(
            "Packets for a core-second",
            Help(
                "Packets that come to an end for each second of processor time of workers.",
                "falls at the same load: compare with the benchmark; is the machine overcommitted?",
                BENCH,
            ),
            "short",
            f"{rate('vitalstream_packets_total')} / {rate('process_cpu_seconds_total')}",
        ),
        number(
            "Memory for a wearer",
            Help(
                "Resident memory of workers over wearers watched; with few, mostly the program itself.",
                "plan memory by it only when there are thousands.",
                BENCH,
            ),
            "decbytes",
            f"{total('process_resident_memory_bytes')} / {total('vitalstream_wearers')}",
        ),
        lines(
            "Busy share by worker",
            Help(
                "Share of its time that each worker works on chunks.",
                "one far above the others: partitions are unequal, or its machine is slow.",
                BENCH,
            ),
            "percentunit",
            (rate(BUSY_S, "instance"), "{{instance}}"),
            bad=FULL,
        ),
    ]


def _carries() -> list[Panel]:
    return [
        lines(
            "Wearers by worker",
            Help(
                "Wearers whose state each worker holds.",
                "uneven: fewer partitions than workers need, or one has just started.",
            ),
            "short",
            (total("vitalstream_wearers", "instance"), "{{instance}}"),
            span=8,
        ),
        lines(
            "Wearers by partition",
            Help(
                "Wearers of each partition, whoever owns it.",
                "uneven: names of wearers hash badly. A gap: nobody owned it then.",
                "reference/topics.md",
            ),
            "short",
            (total("vitalstream_wearers", "partition"), "partition {{partition}}"),
            span=8,
        ),
        lines(
            "Partitions by worker",
            Help(
                "Partitions whose wearers each worker holds: more workers than partitions are spares.",
                "0 for a worker that should work: it is a spare, or not in the group.",
                "how-to/operate.md",
            ),
            "short",
            (f"count by (instance) ({of('vitalstream_wearers')})", "{{instance}}"),
            span=8,
        ),
        lines(
            "Memory by worker",
            Help(
                "Resident memory.",
                "near the machine's: start a worker elsewhere. Growth without wearers is a defect.",
                BENCH,
            ),
            "decbytes",
            (most(of("process_resident_memory_bytes"), "instance"), "{{instance}}"),
            span=8,
        ),
        lines(
            "Open files by worker, of those it may",
            Help(
                "Share of the file descriptors that the process may have.",
                "near 1 it can't connect any more: raise the limit (ulimit -n).",
            ),
            "percentunit",
            (f"{of('process_open_fds')} / {of('process_max_fds')}", "{{instance}}"),
            bad=0.8,
            span=8,
        ),
        lines(
            "Lag over what is done",
            Help(
                "Seconds that the records that wait would take at the present pace.",
                "that is how late new alerts are. Start a worker.",
            ),
            "s",
            (f"{total('vitalstream_consumer_lag_records')} / {rate('vitalstream_packets_total')}", "behind"),
            span=8,
        ),
    ]


def _runs() -> list[Panel]:
    return [
        rows(
            "Workers",
            Help(
                "Versions of the package, Python and Faust, and the digest of the rules.",
                "two versions for longer than an upgrade takes: one worker was forgotten.",
            ),
            of("vitalstream_build_info"),
            span=12,
        ),
        lines(
            "Time since the start",
            Help(
                "How long each process has run.",
                "falls again and again: it ends itself; its log says why.",
            ),
            "s",
            (f"time() - {of('process_start_time_seconds')}", "{{job}} {{instance}}"),
        ),
    ]
