"""What a wearer looked like every few minutes, beside their own usual: for pictures, never for judging."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from models.judged import Glimpse
from models.online.baseline import Usual
from models.policy.case import Case
from models.view import View
from streams.records import Reading, Trace

SPREADS = 2.0
"""Half the width of the band of the own usual, in spreads: about 19 of 20 usual minutes lie within."""
DIGITS = 3


def traces(case: Case, views: Sequence[View], every_ms: int, unusual: float | None) -> list[Trace]:
    """Traces of the first minutes of each stretch of `every_ms` that tell of each signal; none if 0.

    A minute is of one device. Its trace tells beside it what was told of other devices' signals within
    `every_ms`, so that each trace is whole; what comes later than that is in no trace. `unusual` is what was
    last judged of all vitals together, 0 to 1. The level is that of the risk record, which is made before.
    """
    told: list[Trace] = []
    if not every_ms:
        return told
    kept = case.judged.traced
    for view in views:
        if not _is_news(kept, (*view.quality, *view.steady), view.minute, every_ms):
            continue
        names = view.quality.keys() | view.steady.keys()
        for name in [name for name, glimpse in kept.items() if view.minute - glimpse.minute > every_ms]:
            del kept[name]
        kept.update((name, _glimpse(view, name)) for name in sorted(names))
        told.append(_trace(case, view, unusual))
    return told


def _is_news(kept: Mapping[str, Glimpse], names: Iterable[str], minute: int, every_ms: int) -> bool:
    """Whether some signal was not told of in this stretch, and no other is told of far later already."""
    stretch = minute // every_ms * every_ms
    # Every minute asks this, and only loops are quick enough.
    for glimpse in kept.values():
        if glimpse.minute > minute + every_ms:
            return False
    for name in names:
        known = kept.get(name)
        if known is None or known.minute < stretch:
            return True
    return False


def _trace(case: Case, view: View, unusual: float | None) -> Trace:
    return Trace(
        wearer=case.wearer,
        time=view.minute,
        level=case.judged.level,  # type: ignore[arg-type]
        context=view.context,
        utc_offset=view.utc_offset,
        unusual=unusual,
        signals={name: _reading(glimpse) for name, glimpse in sorted(case.judged.traced.items())},
    )


def _reading(told: Glimpse) -> Reading:
    return Reading(told.value, told.usual, told.low, told.high, told.quality, told.cause)


def _glimpse(view: View, name: str) -> Glimpse:
    quality, usual = view.quality.get(name), view.usual.get(name)
    value = view.steady.get(name) if name in view.values else None
    low, mean, high = (None, None, None) if usual is None else _band(usual)
    return Glimpse(
        view.minute,
        None if value is None else round(value, DIGITS),
        mean,
        low,
        high,
        None if quality is None else round(quality.share, DIGITS),
        view.causes.get(name, ""),
    )


def _band(usual: Usual) -> tuple[float, float, float]:
    reach = SPREADS * usual.spread
    return round(usual.mean - reach, DIGITS), round(usual.mean, DIGITS), round(usual.mean + reach, DIGITS)
