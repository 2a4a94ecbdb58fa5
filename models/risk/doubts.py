"""What a profile says that no rule can use, or not as it is written: told to whoever wrote it."""

from __future__ import annotations

import math
from collections.abc import Iterator

import msgspec

from models.clinical.genotype import unknown_flags
from models.clinical.possible import edge_range, possible_edge, possible_usual
from models.person import Limit, Person
from models.policy.rules import Policy, load_policy
from models.risk.edges import SETTABLE, Edges
from models.risk.judges.circulation import crisis_of
from models.risk.judges.heart_rate import CONDITION, of_person
from models.risk.judges.single import on_scale
from models.signals.catalogue import SIGNALS
from streams.records import Profile

ALONE = "moves desaturation alone; for hypercapnic failure set the oxygen scale 2"


def doubts(profile: Profile) -> list[str]:
    """One line for each part of the profile that is ignored."""
    return [
        *(f"genotype {flag}: not known here" for flag in unknown_flags(profile.genotype)),
        *_thresholds(profile),
        *_baselines(profile),
    ]


def checks(profile: Profile, policy: Policy | None = None) -> list[str]:
    """One line for each edge that does less than it seems to, under `policy` or the one that ships."""
    policy = policy or load_policy()
    person = Person.of(msgspec.structs.replace(profile, birth_year=None))
    return [line for limit in person.limits for line in _limits(profile, policy, person, limit)]


def _limits(profile: Profile, policy: Policy, person: Person, limit: Limit) -> Iterator[str]:
    own = _own(profile, policy, person, limit.condition)
    kept, sides = own.set_by(limit), SETTABLE.get(limit.condition, ())
    for side, said, now in (
        ("above", limit.above, min(kept.above)),
        ("below", limit.below, max(kept.below)),
    ):
        if side in sides and said is not None and said != now:
            milder = f"{said:g} is milder than the next grade's edge: kept at {now:g}"
            yield f"threshold {limit.condition}: {milder}"
    if limit.condition == "desaturation" and profile.oxygen_scale == 1 and max(kept.below) < max(own.below):
        yield f"threshold desaturation: {ALONE}"


def _own(profile: Profile, policy: Policy, person: Person, condition: str) -> Edges:
    """The edges that a clinician's take the place of; a child's are taken for an adult's."""
    rule = policy.rules[condition]
    if condition == "blood_pressure":
        # One pressure for all its grades, and none below: any lower edge is the clinician's own.
        crisis = crisis_of(profile.pregnant)[0]
        return Edges((crisis, crisis), (-math.inf,))
    if condition == "desaturation":
        return on_scale(rule, profile.oxygen_scale)
    return of_person(Edges.of(rule), rule, person, 0) if condition == CONDITION else Edges.of(rule)


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
