"""Objectives: whether they are met, and how fast budgets burn. The rules have the same in long windows."""

from __future__ import annotations

from exporters.grafana.panels import Help, Panel, lines
from exporters.grafana.queries import added, of, rate

LATENCY = "vitalstream_alert_latency_seconds"
RUNBOOK = "runbooks/VitalstreamBudgetBurnsFast.md"
PAGE = 14.4
"""Burn rate at which the rules call somebody: 2 % of 30 days' budget in an hour."""
IN_TIME, COMPLETE = 0.99, 0.995


def objectives() -> list[Panel]:
    """Panels of a row."""
    late = f"1 - {rate(f'{LATENCY}_bucket', where=ONE_SECOND)} / {rate(f'{LATENCY}_count')}"
    standing = f"avg({of('vitalstream_consumer_lag_seconds')} > bool 60)"
    gone = rate("vitalstream_offset_gap_offsets_total")
    lost = f"{gone} / ({gone} + {rate('vitalstream_packets_total')} > 0)"
    return [
        _burn("latency", f"99 % of alerts are in Redis within a second ({IN_TIME:g}).", late, IN_TIME),
        _burn(
            "completeness",
            "99.5 % of packets come to an end: none lost, and no partition stands for over a minute.",
            f"{standing} + ({lost})",
            COMPLETE,
        ),
        lines(
            "Partitions that stand",
            Help(
                "How long the newest record decided is behind, while others wait.",
                "above a minute counts against completeness: see the pipeline's dashboard.",
                RUNBOOK,
            ),
            "s",
            (added(of("vitalstream_consumer_lag_seconds"), "partition"), "partition {{partition}}"),
            bad=60,
            span=8,
        ),
    ]


ONE_SECOND = 'le="1.0"'


def _burn(name: str, tells: str, errors: str, objective: float) -> Panel:
    return lines(
        f"Burn rate of {name}",
        Help(
            f"{tells} At 1 the budget of 30 days lasts 30 days; the rules look at hours and days too.",
            "a moment above the line is nothing; an hour is a fiftieth of the month's budget.",
            RUNBOOK,
        ),
        "short",
        (f"({errors}) / {round(1 - objective, 3):g}", "burn rate"),
        bad=PAGE,
        span=8,
    )
