"""One probability for each danger, from all evidence on it, with an interval.

Log-odds of evidence are weighted, bounded and added (a logarithmic opinion pool with shrinkage: Genest and
Zidek 1986; `fusion.toml` holds the weights and says what is calibrated). By construction

- what is worse never lowers a probability: no weight is negative;
- a part that is missing stands for all it could say: the interval without it holds every interval with it.
  What does not apply to a wearer at all is not missing;
- no part moves the probability further than its bounds, whatever it says.

Ends of contributions are added as they are, not as variances, so the interval is wider than 90 %.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple, Protocol

import msgspec

from models.person import Person
from models.risk.found import NOBODY, Evidence
from models.risk.fusion_table import Danger, Part, Table
from models.view import View
from streams.records import Contribution, Estimate

FURTHEST: Final = 7.0
"""Log-odds that evidence can have: its risk is rounded to a thousandth."""


KEPT: Final = (
    "deterioration", "desaturation", "shock", "anomaly", "illness", "fever", "resting_heart_rate:high",
    "rhythm", "glucose_forecast", "glucose:low",
)  # fmt: skip
"""Evidence that is remembered, each under a letter by its place. Whoever moves one raises the
schema of pages."""
LETTERS: Final = {key: chr(ord("a") + place) for place, key in enumerate(KEPT)}
MINUTE: Final = 60_000
STAY_MS: Final = 50 * 3_600_000
"""A network judges the first 48 hours of a stay in hospital; its word stands for two more."""
UNMEASURED: Final = 0.15
"""What a point of NEWS2 that was not measured adds to the upper end, as part of a point: consciousness and
oxygen are at their worst in few of those in whom nobody measures them."""
_RISK: Final = 10
_THOUSAND: Final = 1000

Spoken = int
"""What a judge said last: its minute since 1970, and below it, in ten bits, its risk in thousandths."""


def spoken(risk: float, time: int) -> Spoken:
    """A risk that was told at `time` (ms UTC), as it is kept."""
    return time // MINUTE << _RISK | round(risk * _THOUSAND)


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
        wanted = {part.of for danger in table.values() for part in danger.parts}
        self._letters = {key: letter for key, letter in LETTERS.items() if key in wanted}

    def keep(self, lately: dict[str, Spoken], found: Evidence) -> None:
        """Remember what a judge says, for records that come before it speaks again."""
        letter = self._letters.get(found.key)
        if letter is not None:
            new = spoken(found.risk, found.time)
            if new >> _RISK >= lately.get(letter, 0) >> _RISK:
                lately[letter] = new

    def estimates(
        self,
        judgements: Iterable[Evidence],
        view: View,
        lately: Mapping[str, Spoken],
        foretold: Mapping[str, Foretold],
        person: Person = NOBODY,
    ) -> dict[str, Estimate]:
        """An estimate for each danger of which anything is known at the view's minute.

        `judgements` are of this record, `lately` of earlier ones, `foretold` networks' standing risks, all of
        this `person`.
        """
        now = {found.key: found for found in judgements}
        said = _said(lately, foretold)
        estimates = {}
        for name, danger in self._table.items():
            all_parts = [(part, _says(part, now, said, view)) for part in danger.parts]
            parts = [(p, says) for p, says in all_parts if says is not None or _applies(p, person, view)]
            if _told(danger, parts):
                estimates[name] = _estimate(danger, parts)
        return estimates


def _said(lately: Mapping[str, Spoken], foretold: Mapping[str, Foretold]) -> dict[str, tuple[float, int]]:
    """Risk and time (ms UTC) of what was said before, by evidence and by network's risk."""
    said = {name: (told.risk, told.time) for name, told in foretold.items()}
    for key, letter in LETTERS.items():
        kept = lately.get(letter)
        if kept is not None:
            said[key] = (kept & (1 << _RISK) - 1) / _THOUSAND, (kept >> _RISK) * MINUTE
    return said


def _says(
    part: Part, now: Mapping[str, Evidence], said: Mapping[str, tuple[float, int]], view: View
) -> Says | None:
    """What a part contributes at this minute; None when it is missing."""
    found = now.get(part.of)
    if found is not None:
        risk = found.risk
    else:
        risk, time = said.get(part.of, (0.0, 0))
        if view.minute - time > part.lasts_s * 1000:
            return None
    middle = part.weight * (_logit(risk) - part.neutral)
    unknown = part.weight * _unmeasured(view) if part.of == "deterioration" else 0.0
    low, high = middle - part.blur, middle + part.blur + unknown
    return Says(_kept(part, low), _kept(part, middle), _kept(part, high), found)


def _told(danger: Danger, parts: list[tuple[Part, Says | None]]) -> bool:
    """Whether enough is there to speak of a danger at all."""
    there = [part.of for part, says in parts if says is not None and not part.upper]
    return danger.needs in there if danger.needs else bool(there)


def _applies(part: Part, person: Person, view: View) -> bool:
    """Whether a part can speak of this wearer at all."""
    if part.of_whom == "everyone":
        return True
    return person.admitted is not None and 0 <= view.minute - person.admitted <= STAY_MS


def _unmeasured(view: View) -> float:
    """Points of NEWS2 that what was not measured could add."""
    return 0.0 if view.score is None else UNMEASURED * (view.score.high - view.score.low)


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
