"""The API: whether it answers, who listens, and whether what it shows is fresh."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from exporters.grafana.limits import limit
from exporters.grafana.panels import Help, Panel, bars, lines, number
from exporters.grafana.queries import increase, quantile, rate, share, total
from exporters.grafana.shell import Row, dashboard

REQUESTS = "vitalstream_api_requests_total"
HOW = "how-to/use-the-api.md"


def page() -> Dashboard:
    """What `vitalstream api` and its board do."""
    return dashboard(
        "api",
        "API and board",
        "Does the API answer, who listens, and is what the board shows fresh?",
        [Row("Is it fresh?", _fresh()), Row("Does it answer?", _answers())],
        of="vitalstream_api_alerts_up",
    )


def _fresh() -> list[Panel]:
    return [
        number(
            "Alerts are read",
            Help(
                "1 for each API that reads the stream of alerts from Redis.",
                "nobody who listens gets new alerts: bring Redis back.",
                "runbooks/VitalstreamRedisUnreachable.md",
            ),
            "short",
            total("vitalstream_api_alerts_up"),
            bad=1,
            low=True,
        ),
        number(
            "History is read",
            Help(
                "1 for each API that reads traces, risks and alerts from Kafka.",
                "curves on the board end some time ago.",
                "runbooks/VitalstreamHistoryBehind.md",
            ),
            "short",
            total("vitalstream_api_history_up"),
            bad=1,
            low=True,
        ),
        number(
            "Records that history has not stored",
            Help(
                "Traces, risks and alerts that the board does not have yet.",
                "after a start with an empty folder it reads all that Kafka keeps; else its disk is slow.",
                "runbooks/VitalstreamHistoryBehind.md",
            ),
            "short",
            total("vitalstream_api_history_lag_records"),
            bad=10_000,
        ),
        lines(
            "Open streams",
            Help(
                "Who listens now: boards and subscribers, by what they listen to.",
                "a sudden fall: a proxy that cuts long answers, or the API was started again.",
                HOW,
            ),
            "short",
            (total("vitalstream_api_open_streams", "route"), "{{route}}"),
        ),
        bars(
            "Gaps told",
            Help(
                "Times a subscriber was told that alerts before its place are gone.",
                "it was away for longer than Redis keeps revisions, or Redis was emptied.",
                "how-to/subscribe.md",
            ),
            "short",
            (increase("vitalstream_api_gaps_told_total", "reason"), "{{reason}}"),
        ),
    ]


def _answers() -> list[Panel]:
    return [
        number(
            "Requests that fail",
            Help(
                "Share of answers that are 5xx.",
                "503 names what it waits for; 500 is a defect, its log has the trace.",
                "runbooks/VitalstreamApiFails.md",
            ),
            "percentunit",
            f"({share(REQUESTS, FAILED)}) or 0 * {rate(REQUESTS)}",
            bad=limit("VitalstreamApiFails"),
        ),
        lines(
            "Requests by status",
            Help(
                "Answers a second; a stream counts when it ends.",
                "401 and 403: tokens that ended or roles that lack a right. 429: somebody asks too often.",
                "how-to/give-access.md",
            ),
            "reqps",
            (rate(REQUESTS, "status"), "{{status}}"),
            span=10,
        ),
        lines(
            "Time of an answer, p95",
            Help(
                "By route, streams left out.",
                "a busy processor or a slow Redis: see the delay of the loop beside it.",
                HOW,
            ),
            "s",
            (quantile(0.95, "vitalstream_api_request_seconds", "route"), "{{route}}"),
            span=10,
        ),
        lines(
            "Delay of its event loop, p99",
            Help(
                "How much too late a task wakes.",
                "too many listen, or history is busy: another API beside it.",
                HOW,
            ),
            "s",
            (quantile(0.99, "vitalstream_api_event_loop_delay_seconds", "instance"), "{{instance}}"),
        ),
    ]


FAILED = 'status=~"5.."'
