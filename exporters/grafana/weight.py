"""How alerts weigh on a wearer's day, and what was kept from people: panels of the dashboard on burden."""

from __future__ import annotations

from exporters.grafana.panels import Help, Panel, bars, lines
from exporters.grafana.queries import increase, mean, quantile, rate

DAY = "vitalstream_wearer_day_alerts"
HELD = "vitalstream_alerts_held_back_total"
ANY = 'priority="any"'
TUNE = "how-to/tune-alerts.md"


def weight() -> list[Panel]:
    """Distribution by wearer-day, what was held back, how soon people answer."""
    held, raised = rate(HELD), rate("vitalstream_alerts_total", where='status="raised"')
    return [
        bars(
            "Wearer-days by number of alerts",
            Help(
                "Days of wearers that ended with at most so many alerts; each bar holds those below it.",
                "a few wearers carry most: look at their sensors first, then at the rules.",
                "runbooks/VitalstreamBurdenHigh.md",
            ),
            "short",
            (increase(f"{DAY}_bucket", "le", ANY), "at most {{le}}"),
            span=8,
        ),
        lines(
            "Alerts on a wearer's day",
            Help(
                "Mean and the day that one in ten exceeds, local days with data.",
                "more than four on one day in ten fires a rule.",
                "runbooks/VitalstreamBurdenHigh.md",
            ),
            "short",
            (mean(DAY, "priority"), "mean, {{priority}}"),
            (f"histogram_quantile(0.9, {rate(f'{DAY}_bucket', 'le', ANY)})", "p90, any"),
            span=8,
        ),
        lines(
            "Share held back",
            Help(
                "Of courses that lasted long enough for an alert, those that ended without one.",
                "much by `rate`: a wearer's limit is reached; find out why there is so much.",
                TUNE,
            ),
            "percentunit",
            (f"{held} / ({held} + {raised})", "held back"),
            span=8,
        ),
        bars(
            "Held back by reason",
            Help(
                "What kept a course from becoming an alert.",
                "`answers` that grow: what people say makes it more patient. Is that what they want?",
                "explanation/answers.md",
            ),
            "short",
            (increase(HELD, "reason"), "{{reason}}"),
        ),
        lines(
            "Time to the first acknowledgement",
            Help(
                "Stream time from an alert's raise until somebody takes it on.",
                "nobody sees them: are they delivered, to whom, and may they acknowledge?",
                "how-to/answer-alerts.md",
            ),
            "s",
            (quantile(0.5, "vitalstream_acknowledgement_seconds", "priority"), "p50, {{priority}}"),
            (quantile(0.9, "vitalstream_acknowledgement_seconds", "priority"), "p90, {{priority}}"),
        ),
    ]
