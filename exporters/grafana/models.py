"""The models: which networks judge, what they cost, whether they fail, how well they foretell."""

from __future__ import annotations

from grafana_foundation_sdk.models.dashboard import Dashboard

from exporters.grafana.panels import Help, Panel, bars, lines, ranking, rows
from exporters.grafana.queries import increase, mean, most, of, quantile, rate, total
from exporters.grafana.shell import Row, dashboard
from exporters.grafana.truth import truth

SWAP = "how-to/swap-a-network.md"
OWN = "explanation/own-normal.md"
ANSWERS = "explanation/answers.md"


def page() -> Dashboard:
    """Networks, their shadows, and what is learnt on the way."""
    return dashboard(
        "models",
        "Models",
        "Which networks judge, what do they cost, do they fail, and how well is a wearer foretold?",
        [
            Row("Which networks judge?", _lineup()),
            Row("What do they cost?", _cost()),
            Row("Would the next version judge alike?", _shadows()),
            Row("How well is a wearer's normal foretold?", _own()),
            Row("How well is usefulness foretold?", _usefulness()),
            Row("Do they see what they were made for, and are they right?", truth()),
        ],
    )


def _lineup() -> list[Panel]:
    return [
        rows(
            "Networks that are to judge",
            Help(
                "The version of each network that the registry wants, by worker.",
                "workers that differ for longer than a poll read different registries.",
                SWAP,
            ),
            of("vitalstream_model_info"),
            span=12,
        ),
        lines(
            "Networks without an answer",
            Help(
                "Rows a second that a network gave no answer to; they are judged without it.",
                "the log names the version; `vitalstream models rollback` takes the one before.",
                SWAP,
            ),
            "cps",
            (rate("vitalstream_model_errors_total", "model"), "{{model}}"),
            span=6,
        ),
        bars(
            "Refused by the registry, switches",
            Help(
                "Files of the registry that were refused, by reason, and partitions that changed line-up.",
                "what was there before judges on. `vitalstream doctor` says what is wrong.",
                SWAP,
            ),
            "short",
            (increase("vitalstream_model_refused_total", "reason"), "refused: {{reason}}"),
            (increase("vitalstream_model_switches_total"), "switches"),
            span=6,
        ),
    ]


def _cost() -> list[Panel]:
    return [
        lines(
            "Time of a run, p99",
            Help(
                "What 99 of 100 runs of each network stay under.",
                "a run holds up its chunk: is the machine overcommitted, the network new?",
                "reference/networks.md",
            ),
            "s",
            (quantile(0.99, "vitalstream_model_run_seconds", "model"), "{{model}}"),
            span=8,
        ),
        lines(
            "Rows a second",
            Help(
                "Rows that each network judges.",
                "0 for a network that judged before: its inputs are missing. See data quality.",
                "reference/networks.md",
            ),
            "ops",
            (rate("vitalstream_model_batch_rows_sum", "model"), "{{model}}"),
            span=8,
        ),
        lines(
            "Rows in a run",
            Help(
                "Mean rows that a run takes at once.",
                "small batches cost more for each row: fewer, busier workers.",
                "reference/benchmarks.md",
            ),
            "short",
            (mean("vitalstream_model_batch_rows", "model"), "{{model}}"),
            span=8,
        ),
    ]


def _shadows() -> list[Panel]:
    return [
        rows(
            "Shadows",
            Help(
                "Versions that score beside and judge nothing.",
                "one is missing: `vitalstream models list`, and the panel of what was refused.",
                SWAP,
            ),
            of("vitalstream_shadow_info"),
            span=6,
        ),
        lines(
            "Difference of shadows",
            Help(
                "How far a shadow's first output is from that of the version that judged.",
                "large: look at both on held-out data before it is let judge.",
                SWAP,
            ),
            "short",
            *(
                (quantile(share, "vitalstream_shadow_difference", "model"), f"{{{{model}}}} p{share * 100:g}")
                for share in (0.5, 0.99)
            ),
            span=6,
        ),
        lines(
            "Work of shadows",
            Help(
                "Rows a second that shadows scored, left out because they came too fast, and failed runs.",
                "what is left out makes the comparison thinner, not the judging worse.",
                SWAP,
            ),
            "ops",
            (rate("vitalstream_shadow_rows_total", "model"), "scored, {{model}}"),
            (rate("vitalstream_shadow_dropped_rows_total", "model"), "left out, {{model}}"),
            (rate("vitalstream_shadow_errors_total", "model"), "failed, {{model}}"),
            span=6,
        ),
        lines(
            "Time of a shadow's run, p99",
            Help(
                "What 99 of 100 runs of shadows stay under.",
                "much above the version that judges: it would make alerts later.",
                SWAP,
            ),
            "s",
            (quantile(0.99, "vitalstream_shadow_run_seconds", "model"), "{{model}}"),
            span=6,
        ),
    ]


def _own() -> list[Panel]:
    errors, count = "vitalstream_own_normal_error_spreads_total", "vitalstream_own_normal_foretold_total"
    error, naive = "vitalstream_own_normal_error_total", "vitalstream_own_normal_naive_error_total"
    return [
        lines(
            "Progressive error, in spreads",
            Help(
                "Mean error of a wearer's usual before it learns the value, in the spreads it believed in.",
                "well above 1: more will look unusual than is. Did devices or wearers change?",
                OWN,
            ),
            "short",
            (f"{rate(errors, 'signal')} / {rate(count, 'signal')}", "{{signal}}"),
            span=8,
        ),
        lines(
            "Error against the last value's",
            Help(
                "Its error over that of taking the last value for the next: below 1 it knows more.",
                "above 1 for long: the signal drifts. Compare cohorts beside.",
                OWN,
            ),
            "short",
            (f"{rate(error, 'signal')} / {rate(naive, 'signal')}", "{{signal}}"),
            bad=1,
            span=8,
        ),
        ranking(
            "Error by cohort, in spreads",
            Help(
                "The same by age and sex: whom it knows least.",
                "one cohort far above the others is treated worse: report it.",
                OWN,
            ),
            "short",
            (f"{rate(errors, 'cohort')} / {rate(count, 'cohort')}", "{{cohort}}"),
            span=8,
        ),
    ]


def _usefulness() -> list[Panel]:
    return [
        ranking(
            "Brier score by cohort",
            Help(
                "Mean squared error of the foretold usefulness of alerts; 0.25 is a coin's.",
                "above 0.25: ranking is worse than none for them. Nothing is ever silenced by it.",
                ANSWERS,
            ),
            "short",
            (most(of("vitalstream_usefulness_brier_score"), "cohort"), "{{cohort}}"),
        ),
        ranking(
            "Answers learnt by cohort",
            Help(
                "Answers that were foretold before they were learnt.",
                "few: the score beside means little. Ask people to answer.",
                ANSWERS,
            ),
            "short",
            (total("vitalstream_usefulness_answers", "cohort"), "{{cohort}}"),
        ),
    ]
