"""Deliveries: whether alerts reach those whom the routes name, and how late."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from exporters.grafana.limits import limit
from exporters.grafana.panels import Help, Panel, bars, lines, number, ranking
from exporters.grafana.queries import age, increase, most, of, quantile, rate, total
from exporters.grafana.shell import Row, dashboard

HOW = "how-to/deliver-alerts.md"
READ = "vitalstream_delivery_read_timestamp_seconds"


def page() -> Dashboard:
    """What `vitalstream deliver` sends."""
    return dashboard(
        "deliveries",
        "Deliveries",
        "Do alerts reach the people and programs that the routes name, and how late?",
        [Row("Does everybody hear?", _heard()), Row("Who does not?", _unheard())],
        of=READ,
    )


def _heard() -> list[Panel]:
    return [
        number(
            "Since the stream was read",
            Help(
                "Seconds since the stream of alerts last answered.",
                "Redis does not answer: no webhook, push or mail goes out.",
                HOW,
            ),
            "s",
            age(READ),
            bad=limit("VitalstreamDeliveriesStand"),
        ),
        number(
            "Messages that wait",
            Help(
                "Queued, and not yet taken by their receiver.",
                "see which receiver below, and what it answers.",
                HOW,
            ),
            "short",
            total("vitalstream_deliveries_waiting"),
        ),
        number(
            "Receivers that are disabled",
            Help(
                "Nothing is sent to them any more: they said 410, or failed for a day.",
                "mend it, then `vitalstream routes enable NAME`; messages wait three days.",
                HOW,
            ),
            "short",
            total("vitalstream_delivery_disabled"),
            bad=limit("VitalstreamReceiverDisabled"),
        ),
        lines(
            "Time to the receiver",
            Help(
                "From when an alert was to be told to the receiver's answer.",
                "one receiver is slow: it holds up only itself. All are: this machine, or its network.",
                HOW,
            ),
            "s",
            *(
                (
                    quantile(part, "vitalstream_delivery_seconds", "receiver"),
                    f"{{{{receiver}}}} p{part * 100:g}",
                )
                for part in (0.5, 0.99)
            ),
        ),
        bars(
            "Messages by route",
            Help(
                "Messages that each route has made in each interval.",
                "none while alerts are raised: `vitalstream routes test` shows whom an alert would reach.",
                HOW,
            ),
            "short",
            (increase("vitalstream_deliveries_queued_total", "route"), "{{route}}"),
        ),
        lines(
            "Attempts by outcome",
            Help(
                "Attempts a second, and how they ended.",
                "the outcome says what the receiver answered; it is tried again, ever less often.",
                HOW,
            ),
            "cps",
            (rate("vitalstream_deliveries_total", "outcome"), "{{outcome}}"),
        ),
    ]


def _unheard() -> list[Panel]:
    return [
        ranking(
            "Oldest that waits, by receiver",
            Help(
                "Age of the oldest message for each receiver.",
                "hours: it fails for long. `vitalstream routes list` says what it answered last.",
                HOW,
            ),
            "s",
            (most(of("vitalstream_deliveries_oldest_waiting_seconds"), "receiver"), "{{receiver}}"),
            span=8,
        ),
        ranking(
            "Waiting by receiver",
            Help(
                "Messages for each receiver that it has not taken.",
                "mend that receiver; the others are not held up.",
                HOW,
            ),
            "short",
            (total("vitalstream_deliveries_waiting", "receiver"), "{{receiver}}"),
            span=8,
        ),
        bars(
            "Given up",
            Help(
                "Messages that will never be sent, by receiver and reason: somebody was not told.",
                "tell them another way; the alert is still on the board.",
                HOW,
            ),
            "short",
            (increase("vitalstream_deliveries_lost_total", "receiver, reason"), "{{receiver}}: {{reason}}"),
            (increase("vitalstream_delivery_gaps_total"), "revisions gone before they were read"),
            span=8,
        ),
    ]
