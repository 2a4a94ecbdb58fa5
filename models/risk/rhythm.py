"""From probabilities of single windows to steady evidence of an irregular rhythm."""

from __future__ import annotations

import numpy as np

from models.deep.asks import Ask
from models.judged import Clearest, Judged
from models.policy.rules import Rule
from models.risk.evidence import Evidence
from streams.records import Contribution

FEWEST = 3
"""Windows that must agree before anything is said."""
PAUSE_MS = 600_000
"""A longer time without windows starts anew."""
EVEN = 0.5
"""A window above this probability speaks for an irregular rhythm."""


def rhythm_evidence(judged: Judged, ask: Ask, rule: Rule) -> Evidence | None:
    """Median over the newest windows, placed at the start of this one; None until enough were seen."""
    if ask.start - judged.rhythm_end > PAUSE_MS:
        judged.rhythm.clear()
        judged.clearest = None
    judged.rhythm_end = ask.end
    judged.rhythm.append(ask.value)
    del judged.rhythm[: -int(rule.limits["windows"])]
    _keep_clearest(judged, ask)
    if len(judged.rhythm) < FEWEST:
        return None
    ordered = sorted(judged.rhythm)
    steady = ordered[len(ordered) // 2] if len(ordered) % 2 else ordered[len(ordered) // 2 - 1]
    level = rule.level(steady)
    found = Evidence("rhythm", ask.start, level, round(steady, 3), probability=round(steady, 3))
    found.networks = ("rhythm", "quality")
    if level:
        mean = float(ask.row.mean())
        found.contributions = [
            Contribution("ibi", round(mean, 1), "ms", share=1.0),
            Contribution("hr", round(60_000 / mean, 1), "1/min"),
        ]
        found.ask = _clearest(judged)
    return found


def _keep_clearest(judged: Judged, ask: Ask) -> None:
    """Keep the window that speaks most for it among those that the median is taken of."""
    old = judged.clearest
    if old is not None and old.probability not in judged.rhythm:
        old = judged.clearest = None
    if ask.value >= (EVEN if old is None else old.probability):
        judged.clearest = Clearest(ask.value, ask.start, ask.end, ask.row.tobytes())


def _clearest(judged: Judged) -> Ask | None:
    kept = judged.clearest
    if kept is None:
        return None
    return Ask("rhythm", kept.start, kept.end, np.frombuffer(kept.intervals, dtype=np.float32))
