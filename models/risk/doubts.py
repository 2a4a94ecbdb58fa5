"""What a profile says that no rule can use: it is told to whoever wrote it, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator

from models.clinical.genotype import unknown_flags
from models.risk.edges import SETTABLE
from models.signals.catalogue import SIGNALS
from streams.records import Profile


def doubts(profile: Profile) -> list[str]:
    """One line for each part of the profile that is ignored."""
    return [
        *(f"genotype {flag}: not known here" for flag in unknown_flags(profile.genotype)),
        *_thresholds(profile),
        *(
            f"baseline {name}: no such signal"
            for name in profile.baselines
            if name.partition("@")[0] not in SIGNALS
        ),
    ]


def _thresholds(profile: Profile) -> Iterator[str]:
    for threshold in profile.thresholds:
        sides = SETTABLE.get(threshold.condition, ())
        for side in ("above", "below"):
            if getattr(threshold, side) is not None and side not in sides:
                yield f"threshold {threshold.condition}: has no edge {side}"
        if threshold.above is None and threshold.below is None:
            yield f"threshold {threshold.condition}: says no edge"
