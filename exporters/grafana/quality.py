"""The quality of data: whether it can be judged, comes in time, and baselines last."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from exporters.grafana.limits import limit
from exporters.grafana.panels import Help, Panel, bars, lines, number
from exporters.grafana.queries import increase, most, of, rate, share, total
from exporters.grafana.shell import Row, dashboard

PACKETS = "vitalstream_packets_total"
LETTERS = "how-to/dead-letters.md"
TIME = "explanation/time.md"
OF_SENSORS = 'condition=~"sensor_drift|collect_again|stale_data", status="raised"'


def page() -> Dashboard:
    """What comes in, before anything is judged."""
    return dashboard(
        "quality",
        "Data quality",
        "Do devices send what can be judged, in time, and do wearers' baselines last?",
        [
            Row("Can it be judged?", _judged()),
            Row("Does it come in time?", _in_time()),
            Row("What do sensors miss, and what was forgotten?", _sensors()),
        ],
    )


def _judged() -> list[Panel]:
    return [
        number(
            "Rejected",
            Help(
                "Share of packets that can't be taken; they are in vitals.rejected with their reason.",
                "a device or a gateway sends wrong records: the reason says which rule they break.",
                LETTERS,
            ),
            "percentunit",
            share(PACKETS, 'outcome="rejected"'),
            bad=limit("VitalstreamManyDeadLetters"),
        ),
        number(
            "Late",
            Help(
                "Share of packets whose event time is too old to be judged.",
                "devices upload in arrears or their clocks are behind.",
                TIME,
            ),
            "percentunit",
            share(PACKETS, 'outcome="late"'),
        ),
        number(
            "Sent twice",
            Help(
                "Share of packets that were taken before.",
                "harmless; many mean that a gateway sends again what was acknowledged.",
                TIME,
            ),
            "percentunit",
            share(PACKETS, 'outcome="duplicate"'),
        ),
        lines(
            "Rejections by reason",
            Help(
                "Records to the dead-letter topic a second.",
                "look at some of them: `vitalstream replay` sends them again once the device is mended.",
                LETTERS,
            ),
            "cps",
            (rate("vitalstream_dead_letters_total", "reason"), "{{reason}}"),
        ),
    ]


def _in_time() -> list[Panel]:
    return [
        lines(
            "Watermark age",
            Help(
                "Event time from the oldest live wearer's watermark to its partition's stream time.",
                "some wearers' devices are far behind the others: they are judged late.",
                TIME,
            ),
            "s",
            (most(of("vitalstream_watermark_age_seconds"), "partition"), "partition {{partition}}"),
            span=12,
        ),
        lines(
            "Pace of event time",
            Help(
                "Seconds of event time that pass in a second: 1 for real devices, more in a replay.",
                "0: a partition's devices are silent, and with the clock `stream` so is its silence.",
                TIME,
            ),
            "short",
            (
                f"max by (partition) (deriv({of('vitalstream_stream_timestamp_seconds')}[$__rate_interval]))",
                "partition {{partition}}",
            ),
            span=12,
        ),
    ]


def _sensors() -> list[Panel]:
    return [
        lines(
            "Windows by verdict",
            Help(
                "One-minute windows of signals that the quality gate took, in part, or not, and why not.",
                "`contact`, `missing`: how devices are worn. `flat`, `jump`, `range`: the devices.",
                "explanation/quality-network.md",
            ),
            "cps",
            (rate("vitalstream_signal_windows_total", "verdict"), "{{verdict}}"),
            span=8,
        ),
        lines(
            "Usable windows by signal",
            Help(
                "Share of each signal's windows that could be used, at least in part.",
                "one signal falls for everybody: a firmware, or another kind of device.",
                "explanation/quality-network.md",
            ),
            "percentunit",
            (share("vitalstream_signal_windows_total", 'verdict=~"good|partly"', "signal"), "{{signal}}"),
            span=8,
        ),
        lines(
            "Silent wearers and devices",
            Help(
                "Share that sent nothing for VITALSTREAM_STALE_S of stream time.",
                "many at once: a gateway or a network is down, not people.",
                "runbooks/VitalstreamDevicesSilent.md",
            ),
            "percentunit",
            (f"{total('vitalstream_stale_wearers')} / {total('vitalstream_wearers')}", "wearers"),
            (f"{total('vitalstream_stale_devices')} / {total('vitalstream_devices')}", "devices"),
            bad=limit("VitalstreamDevicesSilent"),
            span=8,
        ),
        bars(
            "Alerts on sensors",
            Help(
                "Silent, drifting or unusable sensors that somebody was told of.",
                "many at once: a firmware, a gateway or a network is down, not many wearers.",
                "explanation/quality-network.md",
            ),
            "short",
            (increase("vitalstream_alerts_total", "condition", OF_SENSORS), "{{condition}}"),
        ),
        bars(
            "Stored state that was not used",
            Help(
                "Pages of state that a worker threw away: those wearers' normal is learnt anew.",
                "forged: workers have different keys. schema, river: an upgrade, once.",
                "how-to/operate.md",
            ),
            "short",
            (increase("vitalstream_snapshot_cold_starts_total", "reason"), "{{reason}}"),
        ),
    ]
