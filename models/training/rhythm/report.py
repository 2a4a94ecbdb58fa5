"""What an evaluation of the rhythm network found: windows, and the alarms that they come to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.training.metrics import Figures, bootstrap, figures
from models.training.report import ROUNDS, known
from models.training.rhythm.episodes import Tally, summary

_ALARMS = ("alert_delay_median_s", "onset_error_median_s", "false_alerts_per_24h")
_COUNTS = ("episodes", "episodes_found", "alerts")


@dataclass(frozen=True, slots=True)
class Person:
    """One record's windows and alarms."""

    name: str
    scores: NDArray[np.float64]
    """[n] P(AF)."""
    af: NDArray[np.bool_]
    """[n] true where most beats of the window are in AF."""
    possible: int
    """Windows that the labelled beats would fill if none were left out."""
    tally: Tally
    """Alarms beside annotated episodes."""
    unusable: int = 0
    """Windows that the network for quality calls unusable: no alarm rests on them."""


@dataclass(frozen=True)
class RhythmReport:
    """Everyone's windows and alarms at one threshold of the windows."""

    people: Sequence[Person]
    threshold: float
    version: str

    @cached_property
    def judged(self) -> list[Person]:
        """Those with a window to judge by; figures, counts and intervals are of them."""
        return [person for person in self.people if person.scores.size]

    @cached_property
    def figures(self) -> Figures:
        """`se, sp, ppv, f1, auroc, ece` over windows; medians of delay (s) and false alerts in 24 h."""
        scores = np.concatenate([person.scores for person in self.judged])
        windows = figures(scores, np.concatenate([person.af for person in self.judged]), self.threshold)
        return {**windows, **_alarms([person.tally for person in self.judged])}

    @property
    def skipped(self) -> int:
        """Windows that the labelled beats would fill and the gate left out."""
        return max(0, self._possible - self.counts["windows"])

    @property
    def _possible(self) -> int:
        return sum(person.possible for person in self.people)

    @property
    def counts(self) -> dict[str, int]:
        """People, windows (all, in AF), annotated episodes of ten minutes (all, found), alerts, hours."""
        alarms = summary(person.tally for person in self.judged)
        return {
            "people": len(self.judged),
            "windows": sum(person.scores.size for person in self.judged),
            "windows_af": sum(int(person.af.sum()) for person in self.judged),
            "windows_unusable": sum(person.unusable for person in self.judged),
            **{name: int(alarms[name] or 0) for name in _COUNTS},
            "hours": round(sum(person.tally.hours for person in self.judged)),
        }

    @cached_property
    def intervals(self) -> Mapping[str, tuple[float, float]]:
        """95 % intervals of the figures by bootstrap over people."""
        pairs = [(person.scores, person.af) for person in self.judged]
        windows = bootstrap(pairs, lambda s, y: figures(s, y, self.threshold), ROUNDS)
        tallies = [(np.array([person.tally], dtype=object),) for person in self.judged]
        return {**windows, **bootstrap(tallies, _alarms, ROUNDS)}

    def as_json(self) -> dict[str, Any]:
        """The report as plain data; a figure that does not exist (one class only) is null."""
        return {
            "model": "rhythm",
            "version": self.version,
            **self.counts,
            "windows_skipped": round(self.skipped / self._possible, 6) if self._possible else 0.0,
            "windows_skipped_count": self.skipped,
            **{name: known(value) for name, value in self.figures.items()},
            "threshold": self.threshold,
            "groups": {},
            "groups_missing": "this layout carries neither sex nor age",
            "intervals_95": {name: [known(low), known(high)] for name, (low, high) in self.intervals.items()},
        }


def _alarms(tallies: Any) -> Figures:
    found = summary(tallies)
    return {name: float("nan") if found[name] is None else float(found[name] or 0.0) for name in _ALARMS}
