"""From probabilities of single windows to steady evidence of an irregular rhythm."""

from __future__ import annotations

from models.policy.rules import Rule
from models.risk.evidence import Evidence
from models.signals.beats import BeatWindow
from models.wearer import Judged
from streams.records import Contribution

FEWEST = 3
"""Windows that must agree before anything is said."""
PAUSE_MS = 600_000
"""A longer time without windows starts anew."""


def rhythm_evidence(judged: Judged, window: BeatWindow, probability: float, rule: Rule) -> Evidence | None:
    """Median over the newest windows, placed at the start of this one; None until enough were seen."""
    if window.start - judged.rhythm_end > PAUSE_MS:
        judged.rhythm.clear()
    judged.rhythm_end = window.end
    judged.rhythm.append(probability)
    del judged.rhythm[: -int(rule.limits["windows"])]
    if len(judged.rhythm) < FEWEST:
        return None
    ordered = sorted(judged.rhythm)
    steady = ordered[len(ordered) // 2] if len(ordered) % 2 else ordered[len(ordered) // 2 - 1]
    level = rule.level(steady)
    found = Evidence("rhythm", window.start, level, round(steady, 3))
    if level:
        mean = float(window.intervals.mean())
        found.contributions = [
            Contribution("ibi", round(mean, 1), "ms", share=1.0),
            Contribution("hr", round(60_000 / mean, 1), "1/min"),
        ]
    return found
