"""What looks on while chunks are judged, for the metrics alone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from streams.engine.scoring.work import Item
from streams.records import Alert, Feedback


class Probe(Protocol):
    """Sees questions with their answers (in the networks' thread), then alerts and what people say."""

    def answered(self, items: Sequence[Item]) -> None:
        """The questions of a chunk were answered; none without an answer is left."""

    def told(self, alert: Alert) -> None:
        """A revision of an alert was decided."""

    def said(self, feedback: Feedback) -> None:
        """A person has said something to an alert."""
