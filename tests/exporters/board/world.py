"""A made-up world: wearers of the simulator, watched by the project's own core, in memory."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import RLock
from typing import Any

import msgspec

from bench.core import make_core
from exporters.history.rows import unit
from streams.gateways.simulator import Simulation
from streams.gateways.timed import Timed
from streams.records import Alert, Feedback, Risk, Trace
from streams.settings import Settings
from tests.streams.engine.shards import control, raw

HOUR = 3_600_000
CHUNK = 64
LOG_START = 1_767_600_000_000
UNUSUAL_SPREADS = 2.0
STALE_MS = 30 * 60_000


class World:
    """What the worker would have told so far; `play` goes on, `answer` lets a person speak."""

    def __init__(self, seed: int, wearers: int, hours: float) -> None:
        self.lock = RLock()
        self._core = make_core(Settings(trace_s=300))(0, {})
        self.simulation = Simulation(seed, wearers, hours)
        self._packets: Iterator[Timed] = self.simulation.packets()
        self._offset = 0
        self.time = self.simulation.start
        self.stream: list[tuple[str, Alert]] = []
        self.alerts: dict[str, tuple[str, Alert]] = {}
        self.traces: dict[str, list[Trace]] = defaultdict(list)
        self.risks: dict[str, Risk] = {}
        self.waiting: list[Feedback] | None = None
        self.heard: list[Callable[[], None]] = []

    def play(self, until: Callable[[], bool]) -> bool:
        """Play on until something holds; whether it came before the packets ended."""
        batch: list[Any] = []
        for timed in self._packets:
            if timed.profile is not None:
                batch.append(self._next(control("profile", timed.profile)))
            batch.append(self._next(raw(timed.packet)))
            if len(batch) >= CHUNK:
                self._take(batch)
                batch = []
                if until():
                    return True
        if batch:
            self._take(batch)
        return until()

    def play_to(self, hours: float) -> None:
        """Play to so many hours after the beginning."""
        end = self.simulation.start + round(hours * HOUR)
        self.play(lambda: self.time >= end)

    def play_until_raised(self, priority: str) -> Alert:
        """Play until a new alert of this priority is out."""
        known = {name for name, (_, alert) in self.alerts.items() if alert.priority == priority}

        def risen() -> list[Alert]:
            return [
                alert
                for name, (_, alert) in self.alerts.items()
                if alert.priority == priority and alert.status != "resolved" and name not in known
            ]

        assert self.play(lambda: bool(risen())), f"no new alert of priority {priority}"
        return risen()[0]

    def answer(self, feedback: Feedback) -> None:
        """A person's answer, as the topic brings it; it waits while the worker is away (`waiting`)."""
        with self.lock:
            if self.waiting is not None:
                self.waiting.append(feedback)
                return
            self._take([self._next(control("feedback", feedback))])

    def worker_back(self) -> None:
        """The worker takes what has waited."""
        waiting, self.waiting = self.waiting or [], None
        for feedback in waiting:
            self.answer(feedback)

    def _next(self, record: Any) -> Any:
        self._offset += 1
        return replace(record, offset=self._offset, timestamp=LOG_START + self._offset)

    def _take(self, batch: list[Any]) -> None:
        with self.lock:
            effects = self._core.take(batch)
            told = [alert for alert, _ in effects.alerts]
            self._core.settle(told)
            for alert in told:
                self.tell(alert)
            for trace in effects.traces:
                self.traces[trace.wearer].append(trace)
            for risk in effects.risks:
                self.risks[risk.wearer] = risk
            self.time = max(self.time, self._core.stream_time)
        for listener in self.heard:
            listener()

    def tell(self, alert: Alert) -> None:
        """Write a revision to the stream, as the sink does."""
        entry = f"{LOG_START + len(self.stream) * 1000}-0", alert
        self.stream.append(entry)
        self.alerts[alert.id] = entry

    # What the API says of it -------------------------------------------------------------------

    def row(self, wearer: str) -> dict[str, Any]:
        """A row of the list of wearers."""
        trace = self.traces[wearer][-1]
        strange = [found for found in map(_strange, *zip(*trace.signals.items(), strict=True)) if found]
        counts: dict[str, int] = defaultdict(int)
        for _, alert in self.alerts.values():
            if alert.wearer == wearer and alert.status != "resolved":
                counts[alert.priority] += 1
        return {
            "wearer": wearer,
            "time": trace.time,
            "level": next((name for name in ("high", "medium", "low", "info") if counts[name]), "none"),
            "context": trace.context,
            "unusual": trace.unusual,
            "strange": sorted(strange, key=lambda found: -abs(found["spreads"])),
            "unusable": {name: reading.cause for name, reading in trace.signals.items() if reading.cause},
            "stale": self.time - trace.time > STALE_MS,
            "alerts": dict(counts),
        }

    def wearer(self, wearer: str) -> dict[str, Any]:
        """All of the newest of one wearer."""
        alerts = [alert for _, alert in self.alerts.values() if alert.wearer == wearer]
        return {
            "row": self.row(wearer),
            "risk": plain(self.risks.get(wearer)),
            "alerts": [plain(alert) for alert in alerts if alert.status != "resolved"],
            "trace": plain(self.traces[wearer][-1]),
        }

    def signals(self, wearer: str, start: int, end: int) -> dict[str, Any]:
        """Columns of a range of time."""
        kept = self.traces[wearer]
        found = [trace for trace in kept if start <= trace.time <= end]
        names = sorted({name for trace in found for name in trace.signals if name not in ("ibi", "accel")})
        return {
            "time": [trace.time for trace in found],
            "context": [trace.context for trace in found],
            "signals": {name: _columns(name, found) for name in names},
            "alerts": [
                _span(alert)
                for _, alert in self.alerts.values()
                if alert.wearer == wearer and alert.onset <= end and alert.updated >= start
            ],
            "first": kept[0].time,
            "last": kept[-1].time,
        }


def plain(record: Any) -> Any:
    """What JSON says of a record."""
    return None if record is None else msgspec.to_builtins(record)


def _strange(name: str, reading: Any) -> dict[str, Any] | None:
    if reading.value is None or reading.usual is None or reading.high == reading.low:
        return None
    spreads = (reading.value - reading.usual) / ((reading.high - reading.low) / 4)
    if abs(spreads) < UNUSUAL_SPREADS:
        return None
    return {
        "signal": name,
        "value": reading.value,
        "usual": reading.usual,
        "low": reading.low,
        "high": reading.high,
        "unit": unit(name),
        "change": reading.value - reading.usual,
        "spreads": spreads,
    }


def _columns(name: str, traces: list[Trace]) -> dict[str, Any]:
    readings = [trace.signals.get(name) for trace in traces]
    fields = ("value", "usual", "low", "high", "cause")
    columns = {field: [getattr(reading, field, None) for reading in readings] for field in fields}
    return {"unit": unit(name), "name": name, **columns}


def _span(alert: Alert) -> dict[str, Any]:
    return {
        "id": alert.id,
        "condition": alert.condition,
        "priority": alert.priority,
        "title": alert.title,
        "onset": alert.onset,
        "end": alert.updated if alert.status == "resolved" else None,
    }
