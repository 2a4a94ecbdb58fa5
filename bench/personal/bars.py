"""What personal risk must show, and whether a study shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from bench.personal.figures import DriftFigures, FeedbackFigures, IllnessFigures, PopulationFigures, Study

MOST_FALSE, LEAST_FOUND = 0.2, 0.95
LEAST_RATIO = 3.0
LEAST_FALL = 0.4
LEAST_ILLNESS, MOST_ALERT_DAYS = 0.8, 3.0
LEAST_DRIFT = 0.8


@dataclass(frozen=True, slots=True)
class Bar:
    """One check; `met` is None where it could not be measured."""

    check: str
    wanted: str
    measured: str
    met: bool | None


def bars(study: Study) -> Iterator[Bar]:
    """Hold a study against every bar."""
    own = study.own
    yield Bar(
        "false alerts, high and medium, per wearer and day",
        f"≤ {MOST_FALSE:g}",
        f"{own.false_urgent:.3f}",
        own.false_urgent <= MOST_FALSE,
    )
    yield Bar(
        "planted episodes found",
        f"≥ {LEAST_FOUND:.0%}",
        f"{own.recall:.1%} of {own.planted}",
        own.recall >= LEAST_FOUND if own.planted else None,
    )
    yield _population(study.population)
    yield from _feedback(study.feedback)
    yield from _illness(study.illness)
    yield _drift(study.drift)


def _population(found: PopulationFigures | None) -> Bar:
    check, wanted = "false alerts without own normal : with it, equal share found", f"≥ {LEAST_RATIO:g}"
    if found is None or found.ratio is None:
        return Bar(check, wanted, "not measured", None)
    rates = f"{found.population_all:.3f} : {found.own_all:.3f} at {found.recall:.1%}"
    said = f"{found.ratio:.1f} ({rates}, {found.wearers} wearers)"
    return Bar(check, wanted, said, found.ratio >= LEAST_RATIO)


def _feedback(found: FeedbackFigures | None) -> Iterator[Bar]:
    if found is None:
        yield Bar("false alerts after a week of answers", f"−{LEAST_FALL:.0%}", "not measured", None)
        return
    yield Bar(
        f"fall of false alerts after a week of {found.answers} answers",
        f"≥ {LEAST_FALL:.0%}",
        f"{found.fall:.1%} ({found.false_without} to {found.false_with})",
        found.fall >= LEAST_FALL if found.false_without else None,
    )
    yield Bar(
        "planted high episodes lost by it",
        "0",
        f"{found.high_lost} of {found.high_without}",
        found.high_lost == 0,
    )


def _illness(found: IllnessFigures) -> Iterator[Bar]:
    yield _soon(
        "illness found within 48 hours of its first rise",
        found.within_48_h,
        found.planted,
        f" (later: {found.found - found.within_48_h}; 80 % {_by(found)})",
    )
    check = "illness found within 48 hours of its full height, 72 hours later"
    yield _soon(check, found.within_48_h_of_height, found.planted)
    for of, per_140, alerted, days in (
        ("without illness", found.per_140, found.alert_days_outside, found.days_outside),
        ("that nothing planted explains", found.per_140_free, found.alert_days_free, found.days_free),
    ):
        yield Bar(
            f"days with an illness alert among 140 {of}",
            f"≤ {MOST_ALERT_DAYS:g}",
            f"{per_140:.2f} ({alerted} of {days})",
            per_140 <= MOST_ALERT_DAYS if days else None,
        )


def _soon(check: str, hits: int, planted: int, more: str = "") -> Bar:
    share = hits / planted if planted else 0.0
    measured = f"{share:.1%} of {planted}{more}"
    return Bar(check, f"≥ {LEAST_ILLNESS:.0%}", measured, share >= LEAST_ILLNESS if planted else None)


def _by(found: IllnessFigures) -> str:
    hours = found.hours_to_80_percent
    return "not found" if hours is None else f"within {hours:.0f} h"


def _drift(found: DriftFigures) -> Bar:
    share = found.recognised / found.planted if found.planted else 0.0
    return Bar(
        "shifts of a sensor recognised as the sensor's",
        f"≥ {LEAST_DRIFT:.0%}",
        f"{share:.1%} of {found.planted} (as illness: {found.as_illness}, unfounded: {found.unfounded})",
        share >= LEAST_DRIFT if found.planted else None,
    )
