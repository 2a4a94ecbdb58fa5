"""Whether what networks foretold came true, where truth becomes known: later readings, and people's answers.

Kept in memory only: a restart or a rebalance forgets what was still open, which makes cases fewer, not wrong.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable
from typing import Final, Literal, Protocol, TypeVar

import numpy as np

from models.deep.asks import Ask
from models.deep.glucose import HORIZONS, LOW, STEP_MIN
from streams.engine.scoring.work import Item
from streams.records import Alert, Feedback

KEPT: Final = 65_536
"""Wearers and alerts that are waited for; the oldest make room."""
STEP_MS: Final = STEP_MIN * 60_000
HOUR_MS: Final = HORIZONS[-1] * 60_000
STEPS: Final = HOUR_MS // STEP_MS
GLUCOSE: Final = "glucose"
RULES: Final = "rules"

T = TypeVar("T")


class TruthMetrics(Protocol):
    """What is told of it."""

    def came_out(
        self, model: str, truth: Literal["readings", "answers"], probability: float, true: bool
    ) -> None:
        """It became known whether what a model gave a probability for is so."""


class Truths:
    """Compares probabilities with what came; never reads or writes the state of a wearer."""

    def __init__(self, metrics: TruthMetrics, kept: int = KEPT) -> None:
        self._metrics, self._kept = metrics, kept
        self._lows: OrderedDict[str, list[tuple[int, float]]] = OrderedDict()
        """By wearer: times (ms UTC) at which a low was foretold for the hour after, and how probable."""
        self._raised: OrderedDict[str, tuple[str, float]] = OrderedDict()
        """By alert: the network behind it, and the probability that it told when raised."""

    def answered(self, items: Iterable[Item]) -> None:
        """Take the questions of a chunk to networks, answered."""
        for item in items:
            if item.observation.withdrawn:
                self._lows.pop(item.wearer.name, None)
            for ask in item.observation.asks:
                if ask.model == GLUCOSE:
                    self._low(item.wearer.name, ask)

    def told(self, alert: Alert) -> None:
        """Take an alert as it is told."""
        if alert.status == "raised" and alert.probability is not None:
            _keep(self._raised, alert.id, (next(iter(alert.models), RULES), alert.probability), self._kept)

    def said(self, feedback: Feedback) -> None:
        """Take what a person says of an alert; the first word on its truth counts."""
        if feedback.true_alarm is None:
            return
        raised = self._raised.pop(feedback.alert, None)
        if raised is not None:
            self._metrics.came_out(raised[0], "answers", raised[1], feedback.true_alarm)

    def _low(self, wearer: str, ask: Ask) -> None:
        now = ask.end - HOUR_MS
        still = []
        for time, probability in self._lows.get(wearer, ()):
            if time + HOUR_MS > now:
                still.append((time, probability))
                continue
            low = came_low(ask, (now - time) // STEP_MS)
            if low is not None:
                self._metrics.came_out(GLUCOSE, "readings", probability, low)
        if ask.answer is not None:
            still.append((now, min(max(ask.value, 0.0), 1.0)))
        _keep(self._lows, wearer, still, self._kept)


def came_low(ask: Ask, steps: int) -> bool | None:
    """Whether a reading of the hour that began `steps` before this question's newest reading was below 70.

    None where that is not known: readings are missing and none of the others was low.
    """
    size = len(ask.row)
    begin = size - steps
    if begin < 1:
        return None
    hour = ask.row[begin : begin + STEPS, 0]
    if bool((hour < LOW).any()):
        return True
    return None if np.isnan(hour).any() else False


def _keep(where: OrderedDict[str, T], key: str, value: T, most: int) -> None:
    where[key] = value
    where.move_to_end(key)
    if len(where) > most:
        where.popitem(last=False)
