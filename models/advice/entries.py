"""The schema of the catalogue: what `catalogue.yaml` may say."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from msgspec import Meta, Struct

from models.signals.activity import Context
from streams.records import Condition, Kind, Priority, Side, Voice

Language = Literal["en", "zh"]
Text = Annotated[str, Meta(min_length=1)]
Key = Annotated[str, Meta(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*$", max_length=48)]
EARLIER = "earlier"
"""Key of the entry that speaks of what was found in old data."""


class Origin(Struct, frozen=True, forbid_unknown_fields=True):
    """Who says so: an edition, or a living page that its publisher revises without one."""

    title: Text
    year: Annotated[int, Meta(ge=1900, le=2100)] | None = None
    living: bool = False

    def cited(self) -> str:
        """Title and year, as an alert shows it."""
        return self.title if self.year is None else f"{self.title}, {self.year}"


class Words(Struct, frozen=True, forbid_unknown_fields=True):
    """One text in every language."""

    en: Text
    zh: Text

    def told(self, language: Language) -> str:
        """The text in one of them."""
        return self.zh if language == "zh" else self.en


class Entry(Struct, frozen=True, forbid_unknown_fields=True):
    """One piece of advice, and when it fits. What a list does not name is any."""

    name: Key
    kind: Kind
    source: str
    wearer: Words
    clinician: Words
    side: Side = ""
    priority: list[Priority] = []
    cause: list[str] = []
    context: list[Context] = []
    facts: list[str] = []
    adds: bool = False
    written: date | None = None

    def words(self, voice: Voice) -> Words:
        """What one voice says."""
        return self.clinician if voice == "clinician" else self.wearer


class Book(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    written: date
    sources: dict[str, Origin]
    medicines: dict[str, list[str]]
    illnesses: dict[str, list[str]]
    genotypes: dict[str, list[str]]
    earlier: Entry
    advice: dict[Condition, list[Entry]]
