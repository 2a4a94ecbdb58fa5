"""What the doctor finds: a thing that was looked at, how it is, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from streams.errors import UserError
from streams.settings import Settings

Level = Literal["ok", "warn", "wrong"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. It never holds a secret, a wearer or a token."""

    name: str
    level: Level
    says: str
    do: str = ""
    """What mends it; empty when nothing has to be done."""
    see: str = ""
    """The page of the docs that tells more."""


class Unwell(UserError):
    """Something without which what depends on it can't be looked at."""

    def __init__(self, says: str, do: str, see: str = "") -> None:
        self.says, self.do, self.see = says, do, see
        super().__init__(f"{says}: {do}")


@dataclass(frozen=True, slots=True)
class About:
    """Makes findings of one name, that share a page of the docs."""

    name: str
    see: str = ""

    def ok(self, says: str) -> Finding:
        """All is well."""
        return Finding(self.name, "ok", says)

    def warn(self, says: str, do: str, see: str = "") -> Finding:
        """It works, and may not for long, or not as well as it should."""
        return Finding(self.name, "warn", says, do, see or self.see)

    def wrong(self, says: str, do: str, see: str = "") -> Finding:
        """It does not work."""
        return Finding(self.name, "wrong", says, do, see or self.see)


Look = Callable[[Settings], Iterator[Finding]]
