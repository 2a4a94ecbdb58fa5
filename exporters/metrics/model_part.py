"""Metrics of models: which versions run, what they cost, and whether what they foretell comes true."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from exporters.metrics.part import DIFFERENCE_BUCKETS, MODEL_BUCKETS, ROW_BUCKETS, Part


class ModelMetrics(Part):
    """What the networks cost, and which versions run."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry)
        self.batch_rows = self._histogram("model_batch_rows", "Rows of one model run.", ROW_BUCKETS, "model")
        self.seconds = self._histogram("model_run_seconds", "Time of one model run.", MODEL_BUCKETS, "model")
        self.errors = self._counter(
            "model_errors_total",
            "Rows that a network gave no answer to, and explanations that failed; judged without it.",
            "model",
        )
        self.model_info = self._gauge(
            "model_info",
            "1 for each network that is to judge: the version that the registry wants.",
            "model",
            "version",
        )
        self.refused = self._counter(
            "model_refused_total", "Times something in the registry was refused, by reason.", "reason"
        )
        self.switches = self._counter(
            "model_switches_total", "Partitions that went over to another line-up of networks."
        )
        self.build_info = self._gauge(
            "build_info", "1; what this worker is made of.", "version", "python", "faust", "config"
        )


class ShadowMetrics(Part):
    """What versions that only score beside do, and how far they are from those that judge."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry)
        self.info = self._gauge(
            "shadow_info", "1 for each version that scores beside and judges nothing.", "model", "version"
        )
        self.rows = self._counter("shadow_rows_total", "Rows scored by shadows.", "model")
        self.difference = self._histogram(
            "shadow_difference",
            "Absolute difference between a shadow's first output and that of the version that judged.",
            DIFFERENCE_BUCKETS,
            "model",
        )
        self.seconds = self._histogram(
            "shadow_run_seconds", "Time of one run of a shadow.", MODEL_BUCKETS, "model"
        )
        self.errors = self._counter("shadow_errors_total", "Runs of shadows that failed.", "model")
        self.dropped = self._counter(
            "shadow_dropped_rows_total", "Rows that no shadow scored because they came too fast.", "model"
        )


class TruthMetrics(Part):
    """Whether what models foretell comes true, and whether they are asked of what they learnt on."""

    def __init__(self, registry: CollectorRegistry) -> None:
        super().__init__(registry)
        own = ("signal", "cohort")
        self.foretold = self._counter(
            "own_normal_foretold_total", "Values that an own usual foretold before it learnt them.", *own
        )
        self.error_spreads = self._counter(
            "own_normal_error_spreads_total",
            "Sum of its absolute errors, in the spreads it believed in.",
            *own,
        )
        self.error = self._counter(
            "own_normal_error_total", "Sum of its absolute errors, in the signal's unit.", *own
        )
        self.naive_error = self._counter(
            "own_normal_naive_error_total", "The same, had the last value been taken for the next.", *own
        )
        case = ("model", "truth", "band")
        self.cases = self._counter(
            "calibration_cases_total",
            "Probabilities whose truth became known, by band of the probability. Truth: readings (glucose: a"
            " reading below 70 mg/dL in the hour foretold, or none in an hour that was measured) or answers"
            " (people called an alert true or false; only alerts that were answered, so not a fair sample).",
            *case,
        )
        self.expected = self._counter(
            "calibration_expected_total", "Sum of those probabilities: how many were to come true.", *case
        )
        self.came_true = self._counter(
            "calibration_true_total", "How many of them came true; equals the sum if calibrated.", *case
        )
        self.shift = self._gauge(
            "model_input_shift_spreads",
            "Mean of a network's input over its newest rows (about a thousand of those looked at), less that"
            " of its training data, in standard deviations of these.",
            "model",
            "feature",
        )
        self.looked_at = self._counter(
            "model_input_rows_total", "Rows that this was looked for in: a sample of those asked.", "model"
        )
