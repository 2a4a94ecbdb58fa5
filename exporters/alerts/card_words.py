"""The words of an alert's card in one language, read from `card_words.toml`."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from importlib.resources import files
from math import exp, expm1

from models.advice import Language

MINUS = "\u2212"
LOGARITHM = "ln ms"
DECIMALS = {"Cel": 1, "1/min": 0, "mm[Hg]": 0, "mg/dL": 0, "ms": 0, "m[g]": 0, "%": 1}
"""Digits behind the point that a sensor's reading bears; four digits are shown in all."""
SEVERAL = "; "
"""What stands between sentences of one cause."""
HOLE = re.escape("...")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A sentence, and the language that it is in."""

    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class Words:
    """Words by what they name. What a language lacks is shown as it came."""

    language: Language
    tables: dict[str, dict[str, str]]

    def __call__(self, label: str) -> str:
        """A label of the card."""
        return self.tables["labels"][label]

    def of(self, table: str, name: str) -> str:
        """The word for a name of the records, such as a status or a signal."""
        return self.tables[table].get(name, name)

    def sentence(self, english: str) -> Phrase:
        """A sentence of the rules, or several; they stay English where nobody has translated all of them."""
        found = self._joined(english) if self.tables["sentence"] else None
        return Phrase(english, "en") if found is None else Phrase(found, self.language)

    def _joined(self, english: str) -> str | None:
        """A known sentence; else one, a joint, and the rest; else one with a part that varies."""
        found = self.tables["sentence"].get(english)
        if found is not None:
            return found
        for joint, said in self.tables["join"].items():
            for place in re.finditer(re.escape(joint), english):
                first, rest = self._one(english[: place.start()]), self._joined(english[place.end() :])
                if first is not None and rest is not None:
                    return f"{first}{said}{rest}"
        return self._one(english)

    def _one(self, english: str) -> str | None:
        for pattern, said in self.tables["pattern"].items() if SEVERAL not in english else ():
            parts = re.fullmatch(re.escape(pattern).replace(HOLE, "(.+?)"), english)
            if parts is not None:
                return self._filled(said, parts.groups())
        return self.tables["sentence"].get(english)

    def _filled(self, said: str, parts: Iterable[str]) -> str:
        for part in parts:
            said = said.replace("...", self.of("medicine", part), 1)
        return said

    def answered(self, useful: bool | None, true_alarm: bool | None) -> str:
        """What was answered, in short."""
        said = (("useful", useful), ("true", true_alarm))
        parts = [self(f"{name}_{'yes' if yes else 'no'}") for name, yes in said if yes is not None]
        return self("comma").join(parts or [self("commented")])

    def number(self, value: float, unit: str = "", *, signed: bool = False) -> str:
        """A value with its unit. A logarithm is shown as what it is of, a change of one as a share."""
        if unit == LOGARITHM:
            value, unit = (100 * expm1(value), "%") if signed else (exp(value), "ms")
        value = round(value, DECIMALS.get(unit, 4))
        shown = f"{value:+.3g}" if signed else f"{value:.4g}"
        gap = "" if unit in ("Cel", "%") and self.language == "zh" else " "
        return f"{shown}{gap}{self.of('unit', unit)}".strip().replace("-", MINUS)


@cache
def words(language: Language = "en") -> Words:
    """The words of one language."""
    text = files("exporters.alerts").joinpath("card_words.toml").read_text(encoding="utf-8")
    return Words(language, tomllib.loads(text)[language])


def clock(millis: int) -> str:
    """A time as people read it, to the minute, UTC."""
    return f"{datetime.fromtimestamp(millis / 1000, UTC):%Y-%m-%d %H:%M} UTC"


def stamp(millis: int) -> str:
    """A time as machines read it (ISO 8601)."""
    return f"{datetime.fromtimestamp(millis / 1000, UTC):%Y-%m-%dT%H:%M:%SZ}"


def percent(share: float) -> str:
    """A share of 0 to 1."""
    return f"{share:.0%}"
