"""The burden of alerts: how many people get, of what, what becomes of them, and their worth."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from exporters.grafana.panels import Help, Panel, bars, lines, number, ranking
from exporters.grafana.queries import added, increase, of, rate, share
from exporters.grafana.shell import Row, dashboard
from exporters.grafana.weight import weight

ALERTS = "vitalstream_alerts_total"
ANSWERS = "vitalstream_answers_total"
NEW = 'status="raised"'
OVER = 'status="resolved"'
USEFUL, JUDGED = 'useful="yes"', 'useful=~"yes|no"'
TUNE = "how-to/tune-alerts.md"
ASK = "how-to/answer-alerts.md"
DAY_S = 86_400


def page() -> Dashboard:
    """What alerts ask of wearers and of those who care for them."""
    return dashboard(
        "burden",
        "Alert burden",
        "How many alerts do people get, of what, what becomes of them, and are they worth it?",
        [
            Row("How many?", _many()),
            Row("How heavy on whom?", weight()),
            Row("Of what?", _what()),
            Row("Are they worth it?", _worth()),
        ],
    )


def per_wearer_day(by: str = "", where: str = NEW) -> str:
    """Alerts for each wearer and day of event time, however fast that passes."""
    speed = f"deriv({of('vitalstream_stream_timestamp_seconds')}[$__rate_interval])"
    wearer_seconds = added(f"{of('vitalstream_wearers')} * {speed}")
    scalar = f"scalar({wearer_seconds})"
    return f"{DAY_S} * {rate(ALERTS, by, where)} / {scalar}"


def _many() -> list[Panel]:
    return [
        number(
            "New alerts per wearer-day",
            Help(
                "Alerts raised for each wearer and day of event time, whatever their priority.",
                "people stop looking when they get many: see by condition, then tune.",
                TUNE,
            ),
            "short",
            per_wearer_day(),
        ),
        number(
            "High ones per wearer-day",
            Help(
                "The same for those of high priority, which are told at night too.",
                "more than one in many days for each wearer: look at which condition, and at its evidence.",
                TUNE,
            ),
            "short",
            per_wearer_day(where=f'{NEW}, priority="high"'),
        ),
        number(
            "Share of reminders",
            Help(
                "Of all that was told, what only reminds of an alert that nobody took on.",
                "nobody answers: are alerts delivered, to whom, and may they acknowledge?",
                "how-to/deliver-alerts.md",
            ),
            "percentunit",
            share(ALERTS, 'status="reminded"'),
        ),
        lines(
            "Burden by priority",
            Help(
                "New alerts for each wearer and day of event time.",
                "a step for all wearers at once is a rule's, a network's or a firmware's doing.",
                TUNE,
            ),
            "short",
            (per_wearer_day("priority"), "{{priority}}"),
        ),
    ]


def _what() -> list[Panel]:
    return [
        bars(
            "New alerts by condition",
            Help(
                "Alerts raised in each interval.",
                "one condition leads by far: is it a signal's quality? Its thresholds are in the policy.",
                "reference/conditions.md",
            ),
            "short",
            (increase(ALERTS, "condition", NEW), "{{condition}}"),
        ),
        ranking(
            "Burden by condition",
            Help(
                "New alerts for each wearer and day of event time: who asks most of people.",
                "begin to tune at the longest bar.",
                TUNE,
            ),
            "short",
            (per_wearer_day("condition"), "{{condition}}"),
        ),
        bars(
            "Revisions by life-cycle step",
            Help(
                "Every revision of an alert: raised, escalated, reminded, answered, resolved.",
                "many escalated: people were told too low or too late at first.",
                "explanation/alerts.md",
            ),
            "short",
            (increase(ALERTS, "status"), "{{status}}"),
        ),
        lines(
            "Raised less resolved",
            Help(
                "New alerts less those that ended, a second: above 0 the number of open ones grows.",
                "above 0 for hours: conditions do not end, or wearers stopped sending.",
                "explanation/alerts.md",
            ),
            "cps",
            (f"{rate(ALERTS, where=NEW)} - {rate(ALERTS, where=OVER)}", "open"),
        ),
    ]


def _worth() -> list[Panel]:
    return [
        lines(
            "Share that people call useful",
            Help(
                "Of the answers that say whether an alert was worth telling, those that say yes.",
                "low: read the comments, tune the conditions that lead.",
                ASK,
            ),
            "percentunit",
            (
                f"{rate(ANSWERS, where=USEFUL)} / {rate(ANSWERS, where=JUDGED)}",
                "useful",
            ),
            span=8,
        ),
        bars(
            "Answers",
            Help(
                "What people did: acknowledged, snoozed, answered.",
                "none while alerts are raised: can people answer where they are told?",
                ASK,
            ),
            "short",
            (increase(ANSWERS, "action"), "{{action}}"),
            span=8,
        ),
        lines(
            "Answers to alerts that are not kept",
            Help(
                "Share of answers to alerts that no worker knows (any more).",
                "people answer too late, or something sends wrong ids.",
                ASK,
            ),
            "percentunit",
            (share(ANSWERS, 'known="no"'), "unknown"),
            span=8,
        ),
    ]
