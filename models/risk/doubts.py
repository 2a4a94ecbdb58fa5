"""What a profile says that no rule can use: it is told to whoever wrote it, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from models.clinical.genotype import unknown_flags
from models.clinical.possible import edge_range, possible_edge, possible_usual
from models.risk.edges import SETTABLE
from models.signals.catalogue import SIGNALS
from streams.records import Profile


def doubts(profile: Profile) -> list[str]:
    """One line for each part of the profile that is ignored."""
    return [
        *(f"genotype {flag}: not known here" for flag in unknown_flags(profile.genotype)),
        *_thresholds(profile),
        *_baselines(profile),
    ]


def _thresholds(profile: Profile) -> Iterator[str]:
    for threshold in profile.thresholds:
        sides = SETTABLE.get(threshold.condition, ())
        for side in ("above", "below"):
            edge = getattr(threshold, side)
            if edge is not None and side not in sides:
                yield f"threshold {threshold.condition}: has no edge {side}"
            elif edge is not None and possible_edge(threshold.condition, edge) is None:
                low, high = edge_range(threshold.condition) or (0.0, 0.0)
                yield f"threshold {threshold.condition}: {edge:g} is not between {low:g} and {high:g}"
        if threshold.above is None and threshold.below is None:
            yield f"threshold {threshold.condition}: says no edge"


def _baselines(profile: Profile) -> Iterator[str]:
    for name, usual in profile.baselines.items():
        signal = SIGNALS.get(name.partition("@")[0])
        if signal is None:
            yield f"baseline {name}: no such signal"
        elif not signal.low <= usual <= signal.high:
            between = f"{signal.low:g} and {signal.high:g} {signal.unit}"
            yield f"baseline {name}: {usual:g} is not between {between}"
        elif not possible_usual(name, usual):
            yield f"baseline {name}: no such context"
