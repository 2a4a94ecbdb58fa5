"""What is told of treatments: how each vital responded, or that it is too early to say."""

from __future__ import annotations

from collections.abc import Iterator

from models.treatment.effect import Effect
from models.treatment.signals import DAYS, TABLE, Watched
from models.treatment.state import BEFORE, Treatment, Treatments
from models.treatment.watching import compared
from streams.records import Response


def responses(state: Treatments) -> list[Response]:
    """Every vital of every treatment that something is known of from before, the newest treatment first."""
    return [response for treatment in state.watched for response in _of(state, treatment)]


def overlapping(state: Treatments, treatment: Treatment) -> list[str]:
    """Others that began within the days that are compared: the effect may be theirs as well."""
    first, last = treatment.day - BEFORE, treatment.day + DAYS
    return [other.code for other in state.watched if other is not treatment and first <= other.day <= last]


def _of(state: Treatments, treatment: Treatment) -> Iterator[Response]:
    outcomes = treatment.outcomes
    also = overlapping(state, treatment)
    places = treatment.rows() if outcomes is None else [outcome.place for outcome in outcomes]
    for place in places:
        yield _response(treatment, TABLE[place], compared(state, treatment, place), also)


def _response(treatment: Treatment, row: Watched, effect: Effect | None, also: list[str]) -> Response:
    if effect is None:
        return Response(treatment.code, row.key, "too_early", treatment.started, 0.0, also=also)
    verdict = _verdict(row, effect, treatment.outcomes is not None)
    return Response(
        treatment.code,
        row.key,
        verdict,  # type: ignore[arg-type]
        treatment.started,
        float(effect.days_after),
        round(effect.before, 2),
        round(effect.after, 2),
        round(effect.change, 2),
        round(effect.change - effect.half, 2),
        round(effect.change + effect.half, 2),
        also,
    )


def _verdict(row: Watched, effect: Effect, over: bool) -> str:
    """Too early until there are days enough, and the effect is clear, surely small, or time is up.

    It is looked at every day, and a chance effect would be taken for a true one on some day: until the four
    weeks are over an effect must be clearer the earlier it is (O'Brien and Fleming 1979).
    """
    if effect.days_before < row.before or effect.days_after < row.after:
        return "too_early"
    change, early = abs(effect.change), 1.0 if over else max(DAYS / effect.days_after, 1.0) ** 0.5
    if change > effect.half * early and change >= row.matters:
        return "changed"
    return "no_clear_change" if over or effect.half * early <= row.matters else "too_early"
