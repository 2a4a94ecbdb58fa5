"""Chooses advice: the most specific entry of each kind, and what it means in another language.

Pure once loaded: the same question always has the same answer, in the same order.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import msgspec
import yaml

from models.advice.entries import EARLIER, Book, Entry, Language
from models.advice.facts import Known, every_fact, facts_of
from streams.records import Advice, Condition, Kind, Priority, Voice

DEFAULT = Path(__file__).with_name("catalogue.yaml")
ADDED = 2
"""Entries that may be added to the first of a kind: who reads ten lines does nothing."""
KINDS: tuple[Kind, ...] = get_args(Kind)
VOICES: tuple[Voice, ...] = get_args(Voice)


@dataclass(frozen=True, slots=True)
class Situation:
    """What an alert says of itself; empty = not known."""

    side: str = ""
    priority: str = ""
    context: str = ""
    cause: str = ""
    facts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All advice, by condition and by key."""

    book: Book
    entries: dict[str, Entry]
    """By key: `condition.name`."""

    def advise(
        self,
        condition: Condition,
        side: str = "",
        priority: Priority | str = "",
        context: str = "",
        facts: frozenset[str] = frozenset(),
        *,
        cause: str | None = None,
        historic: bool = False,
        beside: str = "",
        voices: Sequence[Voice] = VOICES,
    ) -> list[Advice]:
        """What to do now, to watch, and when to seek help, in English, for each voice in turn.

        `facts` as `facts_of` gives them. Of an alert found in old data nothing is said to do now but to look.
        `beside`: the priority of a more urgent condition of the alert. That one says when to seek help, and
        this one only what its facts add.
        """
        situation = Situation(side, priority, context, cause or "", facts)
        chosen = list(self._chosen(condition, situation, historic, beside))
        return [self._advice(key, voice, "en") for voice in voices for key in chosen]

    def translate(self, advice: Advice, language: Language) -> Advice:
        """The same advice in another language; what the catalogue does not know stays as it is."""
        if advice.generated or advice.key not in self.entries:
            return advice
        return self._advice(advice.key, advice.voice, language)

    def facts_of(self, known: Known) -> frozenset[str]:
        """What of a profile makes advice differ."""
        return facts_of(known, self.book)

    def _chosen(
        self, condition: Condition, situation: Situation, historic: bool, beside: str
    ) -> Iterator[str]:
        fitting = [entry for entry in self.book.advice[condition] if _fits(entry, situation)]
        for kind in KINDS:
            if historic and kind == "now":
                yield EARLIER
                continue
            own = [entry for entry in fitting if entry.kind == kind and _agrees(entry, beside)]
            first = _ranked([entry for entry in own if not entry.adds])[:1]
            for entry in [*first, *_ranked([entry for entry in own if entry.adds])[:ADDED]]:
                yield f"{condition}.{entry.name}"

    def _advice(self, key: str, voice: Voice, language: Language) -> Advice:
        entry = self.entries[key]
        text = entry.words(voice).told(language)
        return Advice(text, self.book.sources[entry.source].cited(), voice, entry.kind, key)


def load_catalogue(path: Path = DEFAULT) -> Catalogue:
    """Read and check a catalogue. Raises ValueError with what is wrong with it, and where."""
    try:
        table = yaml.load(path.read_text(encoding="utf-8"), getattr(yaml, "CSafeLoader", yaml.SafeLoader))
        book = msgspec.convert(table, Book)
    except yaml.YAMLError as error:
        raise ValueError(f"{path.name} is not valid YAML: {' '.join(str(error).split())}") from error
    except msgspec.ValidationError as error:
        raise ValueError(f"{path.name}: {error}") from error
    faults = list(_faults(book))
    if faults:
        raise ValueError(f"{path.name}: {'; '.join(faults)}")
    entries = {f"{name}.{entry.name}": entry for name, row in book.advice.items() for entry in row}
    return Catalogue(book, entries | {EARLIER: book.earlier})


def _fits(entry: Entry, situation: Situation) -> bool:
    before_colon = situation.cause.partition(":")[0]
    return (
        entry.side in ("", situation.side)
        and (not entry.priority or situation.priority in entry.priority)
        and (not entry.context or situation.context in entry.context)
        and (not entry.cause or situation.cause in entry.cause or before_colon in entry.cause)
        and situation.facts.issuperset(entry.facts)
    )


def _agrees(entry: Entry, beside: str) -> bool:
    """Whether it contradicts nothing that is said for a more urgent condition of the same alert."""
    if not beside or entry.kind != "seek_help":
        return True
    return bool(entry.facts) and (not entry.priority or beside in entry.priority)


def _ranked(entries: list[Entry]) -> list[Entry]:
    """Most specific first; of equals the earlier in the file (sorting keeps their order).

    Urgency leads, so that an entry for a kind of person can never soften what a `high` alert says.
    """
    return sorted(entries, key=_looseness)


def _looseness(entry: Entry) -> tuple[bool, int, bool, bool, bool]:
    return not entry.priority, -len(entry.facts), not entry.cause, not entry.side, not entry.context


def _faults(book: Book) -> Iterator[str]:
    missing = sorted(set(get_args(Condition)) - set(book.advice))
    if missing:
        yield f"no advice for {missing}"
    known = every_fact(book)
    for condition, row in book.advice.items():
        names = [entry.name for entry in row]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield f"{condition}.{name} stands twice"
        for entry in row:
            strange = sorted(set(entry.facts) - known)
            if strange:
                yield f"{condition}.{entry.name} names unknown facts {strange}"
    for entry in [book.earlier, *(entry for row in book.advice.values() for entry in row)]:
        if entry.source not in book.sources:
            yield f"{entry.name} names the unknown source {entry.source!r}"
