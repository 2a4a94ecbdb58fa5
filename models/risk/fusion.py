"""One probability for each danger, from all evidence on it, with an interval.

Log-odds of evidence are weighted, bounded and added (a logarithmic opinion pool with shrinkage: Genest and
Zidek 1986; `fusion.toml` holds the weights and says what is calibrated). By construction

- what is worse never lowers a probability: no weight is negative;
- a part that is missing stands for all it could say: the interval without it holds every interval with it;
- no part moves the probability further than its bounds, whatever it says.

Ends of contributions are added as they are, not as variances, so the interval is wider than 90 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, Protocol

import msgspec

from models.risk.found import Evidence
from models.risk.fusion_table import Danger, Part, Table
from models.view import View
from streams.records import Contribution, Estimate

FURTHEST: Final = 7.0
"""Log-odds that evidence can have: its risk is rounded to a thousandth."""


class Spoken(msgspec.Struct, array_like=True, gc=False):
    """What a judge said last, and when, ms UTC."""

    risk: float
    time: int


class Foretold(Protocol):
    """A risk that a network told."""

    risk: float
    time: int


class Says(NamedTuple):
    """What one part contributes: log-odds between two ends, and who says so."""

    low: float
    middle: float
    high: float
    found: Evidence | None = None


class Fusion:
    """Combines evidence by a table; holds no state of its own."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._kept = {part.of for danger in table.values() for part in danger.parts}

    def keep(self, lately: dict[str, Spoken], found: Evidence) -> None:
        """Remember what a judge says, for records that come before it speaks again."""
        if found.key in self._kept:
            known = lately.get(found.key)
            if known is None or found.time >= known.time:
                lately[found.key] = Spoken(found.risk, found.time)

    def estimates(
        self,
        judgements: Iterable[Evidence],
        view: View,
        lately: Mapping[str, Spoken],
        foretold: Mapping[str, Foretold],
    ) -> dict[str, Estimate]:
        """An estimate for each danger of which anything is known at the view's minute.

        `judgements` are of this record, `lately` of earlier ones, `foretold` networks' standing risks.
        """
        now = {found.key: found for found in judgements}
        said = {**foretold, **lately}
        estimates = {}
        for name, danger in self._table.items():
            parts = [(part, _says(part, now, said, view)) for part in danger.parts]
            if any(says is not None and not part.upper for part, says in parts):
                estimates[name] = _estimate(danger, parts)
        return estimates


def _says(part: Part, now: Mapping[str, Evidence], said: Mapping[str, Foretold], view: View) -> Says | None:
    """What a part contributes at this minute; None when it is missing."""
    found = now.get(part.of)
    spoken = said.get(part.of)
    if found is not None:
        risk = found.risk
    elif spoken is not None and view.minute - spoken.time <= part.lasts_s * 1000:
        risk = spoken.risk
    else:
        return None
    middle = part.weight * (_logit(risk) - part.neutral)
    unknown = part.weight * _unmeasured(view) if part.of == "deterioration" else 0.0
    low, high = middle - part.blur, middle + part.blur + unknown
    return Says(_kept(part, low), _kept(part, middle), _kept(part, high), found)


def _unmeasured(view: View) -> float:
    """Points of NEWS2 that what was not measured could add."""
    return 0.0 if view.score is None else float(view.score.high - view.score.low)


def _estimate(danger: Danger, parts: list[tuple[Part, Says | None]]) -> Estimate:
    low = middle = high = danger.base
    for part, says in parts:
        low += _low(part, says)
        high += part.most if says is None else says.high
        if says is not None and not part.upper:
            middle += says.middle
    return Estimate(
        probability=round(_share(middle), 3),
        low=round(max(_share(low) - danger.margin, 0.0), 3),
        high=round(min(_share(high) + danger.margin, 1.0), 3),
        drivers=_drivers(parts),
        lowers=list(danger.lowers),
        missing=[part.missing for part, says in parts if says is None],
        source=danger.calibrated,
    )


def _low(part: Part, says: Says | None) -> float:
    if part.upper:
        return 0.0
    return part.least if says is None else says.low


def _drivers(parts: list[tuple[Part, Says | None]]) -> list[Contribution]:
    """The foremost vital of each part that raises the risk, with that part's share, largest first."""
    raising = [
        (says.middle, says.found.contributions[0])
        for part, says in parts
        if says is not None and says.middle > 0 and not part.upper and says.found and says.found.contributions
    ]
    total = sum(weight for weight, _ in raising)
    shared = [
        msgspec.structs.replace(c, share=round(weight / total, 3), stretches=[]) for weight, c in raising
    ]
    return sorted(shared, key=lambda c: -(c.share or 0.0))


def _kept(part: Part, log_odds: float) -> float:
    return min(max(log_odds, part.least), part.most)


def _logit(share: float) -> float:
    if share <= 0.0 or share >= 1.0:
        return -FURTHEST if share <= 0.0 else FURTHEST
    return min(max(math.log(share / (1.0 - share)), -FURTHEST), FURTHEST)


def _share(logit: float) -> float:
    return 1.0 / (1.0 + math.exp(-logit))
