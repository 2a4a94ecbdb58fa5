"""What a worker tells Prometheus, as one object that the engine is given."""

from __future__ import annotations

import platform
import time
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Literal, get_args

from prometheus_client import CollectorRegistry

from exporters.metrics.labels import BoundedLabel
from exporters.metrics.parts import AlertMetrics, FlowMetrics, ModelMetrics, StateMetrics
from models.deep.manifest import Reason
from models.online.progressive import Sums
from streams.records import Alert, Feedback, Outcome

Stage = Literal["observe", "infer", "decide", "explain", "effects"]


class WorkerMetrics:
    """Counts and measures of one worker, on the registry it is given.

    No label ever names a wearer, a device or an alert. Where a time is asked for it is Unix seconds
    and defaults to now. Cheap enough for every chunk (microseconds); not for every sample.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._flow = FlowMetrics(registry)
        self._alerts = AlertMetrics(registry)
        self._state = StateMetrics(registry)
        self._models = ModelMetrics(registry)
        self._reason, self._cold, self._kind, self._model, self._cohort = (BoundedLabel() for _ in range(5))
        # Counters that begin at 0 show their first increase in rate().
        for outcome in get_args(Outcome):
            self._flow.packets.labels(outcome)
        for stage in get_args(Stage):
            self._flow.stage_seconds.labels(stage)
        for reason in get_args(Reason):
            self._models.refused.labels(reason)
        self._alerts.reading_stopped.set(0)

    def packets(self, outcome: Outcome, count: int = 1) -> None:
        """`count` packets came to this end."""
        self._flow.packets.labels(outcome).inc(count)

    def dead_letter(self, reason: str, count: int = 1) -> None:
        """`count` records went to the dead-letter topic for `reason` (a code such as `bad_json`)."""
        self._flow.dead_letters.labels(self._reason(reason)).inc(count)

    def chunk(self, records: int, seconds: float) -> None:
        """A chunk is done."""
        self._flow.chunk_records.observe(records)
        self._flow.chunk_seconds.observe(seconds)

    def stage(self, stage: Stage, seconds: float) -> None:
        """A chunk has passed one stage."""
        self._flow.stage_seconds.labels(stage).observe(seconds)

    def lag(self, partition: int, records: int) -> None:
        """Records between what is processed and the end of the log."""
        self._flow.lag.labels(partition).set(records)

    def stream_time(self, partition: int, stream_ms: int, oldest_watermark_ms: int | None = None) -> None:
        """Newest event time accepted, and the oldest watermark among live wearers (both ms)."""
        self._flow.stream_time.labels(partition).set(stream_ms / 1000)
        if oldest_watermark_ms is not None:
            self._flow.watermark_age.labels(partition).set(max(0, stream_ms - oldest_watermark_ms) / 1000)

    def wearers(self, partition: int, count: int) -> None:
        """Wearers with state in memory."""
        self._flow.wearers.labels(partition).set(count)

    def rewind(self) -> None:
        """The consumer went back to the offset it wanted."""
        self._flow.rewinds.inc()

    def gap(self, offsets: int) -> None:
        """A true hole of `offsets` offsets in the log was accepted."""
        self._flow.gaps.inc()
        self._flow.gap_offsets.inc(offsets)

    def alert(self, alert: Alert) -> None:
        """A revision was decided (once for each, not for each attempt to send it)."""
        self._alerts.alerts.labels(alert.condition, alert.priority, alert.status).inc()

    def foretold(self, cohort: str, sums: Mapping[str, Sums]) -> None:
        """How far own usuals were off, each before it learnt; by signal, of one cohort."""
        for signal, errors in sums.items():
            labels = (signal, self._cohort(cohort))
            self._models.foretold.labels(*labels).inc(errors.count)
            self._models.error_spreads.labels(*labels).inc(errors.spreads)
            self._models.error.labels(*labels).inc(errors.unit)
            self._models.naive_error.labels(*labels).inc(errors.naive)

    def answered(self, partition: int, cohorts: Mapping[str, tuple[int, float]]) -> None:
        """How well answers were foretold, by cohort (`age/sex`): how many, and their Brier score."""
        for cohort, (count, brier) in cohorts.items():
            name = self._cohort("_".join(reversed(cohort.split("/"))))
            self._alerts.foretold.labels(partition, name).set(count)
            self._alerts.brier.labels(partition, name).set(brier)

    def answer(self, feedback: Feedback, known: bool) -> None:
        """A person said something to an alert; `known`: the alert is one that is kept."""
        useful = {None: "unsaid", True: "yes", False: "no"}[feedback.useful]
        self._alerts.answers.labels(feedback.action, useful, "yes" if known else "no").inc()

    def alert_taken(self, log_ms: int, now: float | None = None) -> None:
        """The sink has answered for an alert whose record has log time `log_ms`."""
        self._alerts.latency.observe(max(0.0, (time.time() if now is None else now) - log_ms / 1000))

    def pending_alerts(self, partition: int, count: int) -> None:
        """Alerts waiting for Redis."""
        self._alerts.pending.labels(partition).set(count)

    def redis_error(self, kind: str) -> None:
        """A write failed; `kind` is `SinkUnavailable.kind`."""
        self._alerts.redis_errors.labels(self._kind(kind)).inc()

    def reading_stopped(self, stopped: bool) -> None:
        """Whether reading has stopped because too many alerts wait."""
        self._alerts.reading_stopped.set(stopped)

    def checkpoint(
        self, partition: int, pages: int, size_bytes: int, seconds: float, now: float | None = None
    ) -> None:
        """A checkpoint is complete: the broker has confirmed every page and the chunks are acknowledged."""
        self._state.checkpoint_time.labels(partition).set(time.time() if now is None else now)
        self._state.checkpoint_seconds.observe(seconds)
        self._state.checkpoint_bytes.observe(size_bytes)
        self._state.checkpoint_pages.inc(pages)

    def cold_start(self, reason: str) -> None:
        """A stored page was not used."""
        self._state.cold_starts.labels(self._cold(reason)).inc()

    def committed(self, partition: int, offset: int, now: float | None = None) -> None:
        """The committed offset moved, or is seen to be at the end of the log."""
        self._state.committed.labels(partition).set(offset)
        self._state.commit_time.labels(partition).set(time.time() if now is None else now)

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
        self._models.shadow_info.clear()
        counters = (self._models.shadow_rows, self._models.shadow_errors, self._models.shadow_dropped)
        for name, versions in shadows.items():
            for counter in counters:
                counter.labels(self._model(name))
            for model_version in versions:
                self._models.shadow_info.labels(name, model_version).set(1)

    def switched(self) -> None:
        """A partition went over to another line-up, and the broker knows."""
        self._models.switches.inc()

    def shadow_run(self, model: str, rows: int, seconds: float, differences: Iterable[float]) -> None:
        """One run of a shadow of `model`; differences to what judged, where something did."""
        name = self._model(model)
        self._models.shadow_rows.labels(name).inc(rows)
        self._models.shadow_seconds.labels(name).observe(seconds)
        histogram = self._models.shadow_difference.labels(name)
        for difference in differences:
            histogram.observe(difference)

    def shadow_error(self, model: str) -> None:
        """A run of a shadow failed."""
        self._models.shadow_errors.labels(self._model(model)).inc()

    def shadow_dropped(self, model: str, rows: int) -> None:
        """Rows came faster than shadows score."""
        self._models.shadow_dropped.labels(self._model(model)).inc(rows)

    def build(self, models: Mapping[str, str], config: str = "") -> None:
        """What runs here: versions of the package, Python and Faust, digest of the rules, models wanted."""
        labels = (_version("vitalstream"), platform.python_version(), _version("faust-streaming"), config)
        self._models.build_info.labels(*labels).set(1)
        self.lineup(models, {})

    def revoked(self, partition: int) -> None:
        """The partition left this worker: its gauges end, so that nobody reads stale ones."""
        for part in (self._flow, self._alerts, self._state):
            for gauge in part.by_partition():
                gauge.remove_by_labels({"partition": str(partition)})


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"
