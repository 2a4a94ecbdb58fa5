"""What a wearer looked like every few minutes, beside their own usual: for pictures, never for judging."""

from __future__ import annotations

from collections.abc import Sequence

from models.judged import Judged
from models.online.baseline import Usual
from models.policy.case import Case
from models.policy.rules import PRIORITY
from models.view import View
from streams.records import Reading, Trace

SPREADS = 2.0
"""Half the width of the band of the own usual, in spreads: about 19 of 20 usual minutes lie within."""
DIGITS = 3


def traces(case: Case, views: Sequence[View], every_ms: int, unusual: float | None) -> list[Trace]:
    """The first minute of each stretch of `every_ms` that has begun since the last trace; none if 0.

    `unusual` is what was last judged of all vitals together, 0 to 1.
    """
    told: list[Trace] = []
    judged = case.judged
    if not every_ms:
        return told
    for view in views:
        if view.minute // every_ms > judged.traced // every_ms:
            judged.traced = view.minute
            told.append(_trace(case.wearer, judged, view, unusual))
    return told


def _trace(wearer: str, judged: Judged, view: View, unusual: float | None) -> Trace:
    level = PRIORITY[max((life.rank for life in judged.lives.values()), default=0)]
    return Trace(
        wearer=wearer,
        time=view.minute,
        level=level,  # type: ignore[arg-type]
        context=view.context,
        utc_offset=view.utc_offset,
        unusual=unusual,
        signals={name: _reading(view, name) for name in sorted(view.quality.keys() | view.steady.keys())},
    )


def _reading(view: View, name: str) -> Reading:
    quality, usual = view.quality.get(name), view.usual.get(name)
    value = view.steady.get(name) if name in view.values else None
    low, mean, high = (None, None, None) if usual is None else _band(usual)
    return Reading(
        value=None if value is None else round(value, DIGITS),
        usual=mean,
        low=low,
        high=high,
        quality=None if quality is None else round(quality.share, DIGITS),
        cause=view.causes.get(name, ""),
    )


def _band(usual: Usual) -> tuple[float, float, float]:
    reach = SPREADS * usual.spread
    return round(usual.mean - reach, DIGITS), round(usual.mean, DIGITS), round(usual.mean + reach, DIGITS)
