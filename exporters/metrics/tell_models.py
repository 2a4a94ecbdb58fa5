"""How a worker tells of its models: versions, cost, failures, and whether they are right."""

from __future__ import annotations

import platform
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Literal, get_args

from prometheus_client import CollectorRegistry

from exporters.metrics.labels import BoundedLabel
from exporters.metrics.model_part import ModelMetrics, ShadowMetrics, TruthMetrics
from models.deep.manifest import Reason
from models.online.progressive import Sums

Truth = Literal["readings", "answers"]
BANDS = ((0.05, "0-5%"), (0.2, "5-20%"), (0.5, "20-50%"), (0.8, "50-80%"), (2.0, "80-100%"))
"""Upper edges of a probability's bands, and their names."""


class TellsModels:
    """Networks and the own normal: which, how fast, how right."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._models, self._shadows = ModelMetrics(registry), ShadowMetrics(registry)
        self._truth = TruthMetrics(registry)
        self._model, self._cohort, self._feature = (BoundedLabel() for _ in range(3))
        for reason in get_args(Reason):
            self._models.refused.labels(reason)

    def model_run(self, model: str, rows: int, seconds: float) -> None:
        """One run of a network over `rows` rows (without padding)."""
        name = self._model(model)
        self._models.batch_rows.labels(name).observe(rows)
        self._models.seconds.labels(name).observe(seconds)

    def model_error(self, model: str, rows: int = 1) -> None:
        """A network gave no answer to `rows` rows."""
        self._models.errors.labels(self._model(model)).inc(rows)

    def model_refused(self, reason: str) -> None:
        """Something in the registry was refused, and what was there before stays."""
        self._models.refused.labels(reason).inc()

    def lineup(self, active: Mapping[str, str], shadows: Mapping[str, Iterable[str]]) -> None:
        """The versions that the registry wants to judge, and those to score beside."""
        self._models.model_info.clear()
        for name, model_version in active.items():
            self._models.model_info.labels(name, model_version).set(1)
            self._models.errors.labels(self._model(name))
        self._shadows.info.clear()
        for name, versions in shadows.items():
            for counter in (self._shadows.rows, self._shadows.errors, self._shadows.dropped):
                counter.labels(self._model(name))
            for model_version in versions:
                self._shadows.info.labels(name, model_version).set(1)

    def switched(self) -> None:
        """A partition went over to another line-up, and the broker knows."""
        self._models.switches.inc()

    def shadow_run(self, model: str, rows: int, seconds: float, differences: Iterable[float]) -> None:
        """One run of a shadow of `model`; differences to what judged, where something did."""
        name = self._model(model)
        self._shadows.rows.labels(name).inc(rows)
        self._shadows.seconds.labels(name).observe(seconds)
        histogram = self._shadows.difference.labels(name)
        for difference in differences:
            histogram.observe(difference)

    def shadow_error(self, model: str) -> None:
        """A run of a shadow failed."""
        self._shadows.errors.labels(self._model(model)).inc()

    def shadow_dropped(self, model: str, rows: int) -> None:
        """Rows came faster than shadows score."""
        self._shadows.dropped.labels(self._model(model)).inc(rows)

    def foretold(self, cohort: str, sums: Mapping[str, Sums]) -> None:
        """How far own usuals were off, each before it learnt; by signal, of one cohort."""
        for signal, errors in sums.items():
            labels = (signal, self._cohort(cohort))
            self._truth.foretold.labels(*labels).inc(errors.count)
            self._truth.error_spreads.labels(*labels).inc(errors.spreads)
            self._truth.error.labels(*labels).inc(errors.unit)
            self._truth.naive_error.labels(*labels).inc(errors.naive)

    def came_out(self, model: str, truth: Truth, probability: float, true: bool) -> None:
        """It became known whether what a model gave a probability for is so."""
        band = BANDS[min(bisect_right([edge for edge, _ in BANDS], probability), len(BANDS) - 1)][1]
        labels = (self._model(model), truth, band)
        self._truth.cases.labels(*labels).inc()
        self._truth.expected.labels(*labels).inc(probability)
        self._truth.came_true.labels(*labels).inc(true)

    def inputs(self, model: str, rows: int, shifts: Mapping[str, float]) -> None:
        """How far inputs of a network are from its training data, in spreads, by feature."""
        name = self._model(model)
        self._truth.looked_at.labels(name).inc(rows)
        for feature, shift in shifts.items():
            self._truth.shift.labels(name, self._feature(feature)).set(shift)

    def build(self, models: Mapping[str, str], config: str = "") -> None:
        """What runs here: versions of the package, Python and Faust, digest of the rules, models wanted."""
        labels = (_version("vitalstream"), platform.python_version(), _version("faust-streaming"), config)
        self._models.build_info.labels(*labels).set(1)
        self.lineup(models, {})


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"
