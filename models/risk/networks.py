"""From the answers of networks to evidence, and to risks that are told without an alarm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from models.deep.asks import Ask
from models.deep.glucose import LOW
from models.disease.variations import Variation
from models.judged import Foretold, Judged
from models.policy.rules import Policy, Rule
from models.risk.contribution import UNITS
from models.risk.evidence import Evidence, rising_risk
from models.risk.rhythm import rhythm_evidence
from models.signals.windows import MINUTE
from models.view import Observation
from streams.records import Contribution

HOUR = 60 * MINUTE
LATELY_MS = 15 * MINUTE
MEAL_STEPS = 12
"""What was eaten in these newest steps, three hours, still counts."""


@dataclass(frozen=True, slots=True)
class Need:
    """What a network needs to be asked, and for how long its answer stands."""

    lasts_ms: int
    words: str


NEEDS = {
    "rhythm": Need(HOUR, "needs 60 usable beats in a row"),
    "quality": Need(HOUR, "needs 60 beats in a row"),
    "glucose": Need(HOUR, "needs three hours of glucose, and diabetes in an adult's profile"),
    "unusual": Need(HOUR, "needs an hour of three vitals at rest whose own usual is known"),
    "deterioration_wearable": Need(2 * HOUR, "needs `admitted` in the profile, for 48 hours from there"),
    "deterioration_clinical": Need(2 * HOUR, "needs `admitted` in the profile, and a clinic's values"),
    "diabetes": Need(48 * HOUR, "needs an adult's `birth_year` in the profile, and no known diabetes"),
}
"""Networks that the stream can ask."""

STAY = ("deterioration_wearable", "deterioration_clinical")
RISKS = {
    "diabetes": "diabetes",
    "deterioration_wearable": "death_in_hospital",
    "deterioration_clinical": "death_in_hospital",
}
"""Networks whose answer is told as a risk and never alarms: network to name of the risk."""


def network_evidence(judged: Judged, observation: Observation, policy: Policy) -> Iterator[Evidence]:
    """Evidence of each answer, oldest first; keeps in `judged` what is told later."""
    usable = _usable(observation.asks, policy.rules["rhythm"])
    for ask in observation.asks:
        if isinstance(ask, Variation):  # a changed person's answer is nobody's risk
            continue
        judged.answered[ask.model] = max(ask.end, judged.answered.get(ask.model, 0))
        if ask.model == "rhythm" and usable.get(ask.end, True):
            found = rhythm_evidence(judged, ask, policy.rules["rhythm"])
            if found is not None:
                yield found
        elif ask.model == "glucose":
            yield low_ahead(ask, policy.rules["glucose_forecast"])
        elif ask.model == "unusual":
            yield _unusual(ask, policy.rules["anomaly"])
        elif ask.model in RISKS:
            judged.foretold[RISKS[ask.model]] = Foretold(round(ask.value, 3), ask.end)


def watches(judged: Judged, model: str, now: int) -> bool:
    """Whether a network has lately been asked: what it speaks for needs no second opinion then."""
    return now - judged.answered.get(model, 0) <= LATELY_MS


def spoilt(asks: Sequence[Ask], policy: Policy) -> list[Ask]:
    """Windows of beats that the network for quality calls unusable."""
    rule = policy.rules["rhythm"]
    return [ask for ask in asks if ask.model == "quality" and ask.value < rule.limits["usable"]]


def not_run(judged: Judged, versions: dict[str, str], now: int) -> dict[str, str]:
    """Networks that are there and have no fresh answer at `now` (ms UTC), and what they need."""
    idle = [
        name
        for name, need in NEEDS.items()
        if name in versions and now - judged.answered.get(name, 0) > need.lasts_ms
    ]
    # Of a stay one of the two is asked: the clinical one when there are a clinic's values.
    in_stay = [name for name in STAY if name in versions and name not in idle]
    return {name: NEEDS[name].words for name in idle if not (in_stay and name in STAY)}


def standing(judged: Judged, now: int) -> dict[str, float]:
    """Risks that networks told and that still stand at `now` (ms UTC)."""
    lasts = {risk: NEEDS[model].lasts_ms for model, risk in RISKS.items()}
    return {name: told.risk for name, told in judged.foretold.items() if now - told.time <= lasts[name]}


def _usable(asks: Sequence[Ask], rule: Rule) -> dict[int, bool]:
    return {ask.end: ask.value >= rule.limits["usable"] for ask in asks if ask.model == "quality"}


def _unusual(ask: Ask, rule: Rule) -> Evidence:
    """An hour that ordinary people on their own scale hardly ever have."""
    minute = ask.end - MINUTE
    beyond = ask.value - rule.limits["network"]
    risk = rising_risk(rule, "anomaly", (rule.grades[0].above or 0.0) + beyond)
    found = Evidence("anomaly", minute, int(beyond >= 0.0), risk, networks=("unusual",))
    found.delay_ms = int(rule.limits["network_delay_s"] * 1000)
    if found.level:
        found.contributions = list(ask.seen)
        found.ask = ask
    return found


def low_ahead(ask: Ask, rule: Rule) -> Evidence:
    """A low within the hour; what is low already is another rule's."""
    now = float(ask.row[-1, 0])
    probability = round(ask.value, 3)
    level = rule.level(ask.value) if now >= LOW else 0
    time = ask.end - HOUR
    found = Evidence("glucose_forecast", time, level, probability, probability=probability)
    found.networks = ("glucose",)
    if level:
        found.contributions = list(_seen_of_glucose(ask))
        found.ask = ask
    return found


def _seen_of_glucose(ask: Ask) -> Iterator[Contribution]:
    glucose, eaten, minute = (ask.row[:, channel] for channel in range(3))
    yield Contribution("glucose", round(float(glucose[-1]), 1), UNITS["glucose"])
    if not np.isnan(eaten).all():
        yield Contribution("meal", float(np.nanmax(eaten[-MEAL_STEPS:])), UNITS["meal"])
    yield Contribution("local_hour", round(float(minute[-1]) / 60, 1), "h")
