"""What of a wearer's profile makes advice differ: facts, each a word that entries of the catalogue name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from models.advice.entries import Book

YOUNG_CHILD = 5
"""Years; under it NICE NG143 applies."""
CHILD = 16
"""Years; under it NEWS2 does not apply (Royal College of Physicians 2017)."""
OLD = 65
"""Years; from here on ADA section 13 and NICE NG51 speak of older people."""

STATED = frozenset(
    {"athlete", "child", "diabetes", "old", "on_oxygen", "oxygen_scale_2", "pregnant", "young_child"}
)
"""Facts that need no code."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a wearer; codes are those of medicines in use and of conditions."""

    age: float | None = None
    """Years."""
    diabetes: bool = False
    pregnant: bool = False
    athlete: bool = False
    on_oxygen: bool = False
    oxygen_scale: int = 1
    medicines: Sequence[str] = ()
    """ATC."""
    conditions: Sequence[str] = ()
    """ICD-10."""
    genotype: Sequence[str] = ()


def facts_of(known: Known, book: Book) -> frozenset[str]:
    """The facts that hold: those stated, and the classes of codes of the catalogue."""
    return frozenset(
        [
            *_stated(known),
            *_classes(book.medicines, known.medicines),
            *_classes(book.illnesses, known.conditions),
            *_flags(book.genotypes, known.genotype),
        ]
    )


def every_fact(book: Book) -> frozenset[str]:
    """All facts that an entry may name."""
    return STATED | book.medicines.keys() | book.illnesses.keys() | book.genotypes.keys()


def _stated(known: Known) -> Iterator[str]:
    age = known.age
    holds = {
        "young_child": age is not None and age < YOUNG_CHILD,
        "child": age is not None and age < CHILD,
        "old": age is not None and age >= OLD,
        "diabetes": known.diabetes,
        "pregnant": known.pregnant,
        "athlete": known.athlete,
        "on_oxygen": known.on_oxygen,
        "oxygen_scale_2": known.oxygen_scale == 2,
    }
    return (name for name, held in holds.items() if held)


def _classes(table: Mapping[str, Sequence[str]], codes: Iterable[str]) -> Iterator[str]:
    """Names of the classes that a code begins with."""
    upper = [code.upper().replace(".", "") for code in codes]
    return (name for name, prefixes in table.items() if any(c.startswith(tuple(prefixes)) for c in upper))


def _flags(table: Mapping[str, Sequence[str]], flags: Iterable[str]) -> Iterator[str]:
    lower = {flag.lower() for flag in flags}
    return (name for name, known in table.items() if any(flag.lower() in lower for flag in known))
