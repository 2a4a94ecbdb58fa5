"""Checks a whole catalogue: every text, and that every alert finds what it needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from models.advice.catalogue import Catalogue
from models.advice.entries import Entry, Language
from models.advice.facts import every_fact
from models.advice.reading import grade
from models.advice.wording import calls_for_help, faults, names_emergency
from streams.records import Advice, Condition, Priority, Voice

HARDEST = 9.0
"""School grade of a single text for the wearer; one long word in a short text counts much."""
HARDEST_MEAN = 6.5
"""School grade over all of them: about age 12."""
QUIET = frozenset({"collect_again", "sensor_drift", "long_term_risk"})
"""Conditions that are never urgent."""
LANGUAGES: tuple[Language, ...] = get_args(Language)
VOICES: tuple[Voice, ...] = get_args(Voice)


def lint(catalogue: Catalogue) -> list[str]:
    """What is wrong with a catalogue, a line each with the key; empty when nothing is."""
    checks = (_texts, _reading, _sources, _idle_facts, _helpless)
    return [line for check in checks for line in check(catalogue)]


def _texts(catalogue: Catalogue) -> Iterator[str]:
    for key, entry in catalogue.entries.items():
        for voice in VOICES:
            for language in LANGUAGES:
                for fault in faults(entry.words(voice).told(language), voice, language):
                    yield f"{key} ({voice}, {language}): {fault}"


def _reading(catalogue: Catalogue) -> Iterator[str]:
    grades = {key: grade(entry.wearer.en) for key, entry in catalogue.entries.items()}
    for key, found in grades.items():
        if found > HARDEST:
            yield f"{key}: school grade {found:.1f} is above {HARDEST}"
    mean = sum(grades.values()) / len(grades)
    if mean > HARDEST_MEAN:
        yield f"mean school grade {mean:.1f} is above {HARDEST_MEAN}"


def _sources(catalogue: Catalogue) -> Iterator[str]:
    book = catalogue.book
    used = {entry.source for entry in catalogue.entries.values()}
    for name, origin in book.sources.items():
        if name not in used:
            yield f"source {name} is not used"
        if (origin.year is None) != origin.living:
            yield f"source {name} needs a year, or to be a living page"


def _idle_facts(catalogue: Catalogue) -> Iterator[str]:
    used = {fact for entry in catalogue.entries.values() for fact in entry.facts}
    for fact in sorted(every_fact(catalogue.book) - used):
        yield f"fact {fact} changes nothing"


def _helpless(catalogue: Catalogue) -> Iterator[str]:
    """Alerts of which a wearer would not learn when to seek help; emergency where it is `high`."""
    for condition in get_args(Condition):
        for side in _sides(catalogue.book.advice[condition]):
            for priority in get_args(Priority):
                yield from _without_help(catalogue, condition, side, priority)


def _without_help(catalogue: Catalogue, condition: Condition, side: str, priority: Priority) -> Iterator[str]:
    where = f"{condition} {side} {priority}".replace("  ", " ")
    advice = catalogue.advise(condition, side, priority, voices=("wearer",))
    if not any(found.kind == "now" for found in advice):
        yield f"{where}: nothing to do now"
    if condition in QUIET:
        return
    help_ = [found for found in advice if found.kind == "seek_help"]
    if not help_ and priority in ("medium", "high"):
        yield f"{where}: not told when to seek help"
    for found in help_:
        yield from (f"{where}: {fault}" for fault in _unhelpful(catalogue, found, priority))


def _unhelpful(catalogue: Catalogue, advice: Advice, priority: Priority) -> Iterator[str]:
    for language in LANGUAGES:
        text = catalogue.translate(advice, language).text
        if not calls_for_help(text, language):
            yield f"names no help ({language})"
        if priority == "high" and not names_emergency(text, language):
            yield f"names no emergency ({language})"


def _sides(row: list[Entry]) -> list[str]:
    return sorted({entry.side for entry in row if entry.side}) or [""]
