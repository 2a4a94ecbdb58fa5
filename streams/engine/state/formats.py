"""Formats of stored pages: which this version reads, which it can write, and how one becomes the next.

A schema is raised whenever a page of before would be read wrongly or not at all, another release of River
included: its models are kept as parameters, which a patch does not reinterpret. Two workers of a group
may be of neighbouring versions while one replaces the other, so each version reads and writes the schema
before its own too: docs/how-to/upgrade.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from typing import Any, Final, Literal

Kind = Literal["page", "own"]
"""A page of wearers, or a partition's own."""
Tree = list[Any]
"""A page as plain lists, dicts, numbers, text and bytes; schema and River's release come first."""

RIVER: Final = ".".join(version("river").split(".")[:2])
"""River's release, as installed."""


@dataclass(frozen=True, slots=True)
class Step:
    """From one schema to the next, and back; back loses what only the newer one can tell."""

    up: Callable[[Kind, Tree], Tree]
    down: Callable[[Kind, Tree], Tree]


@dataclass(frozen=True, slots=True)
class Formats:
    """The schemas that are read, oldest to newest, each with River's release; and the steps between them."""

    rivers: Mapping[int, str]
    steps: Mapping[int, Step]
    """By the older of the two."""

    @property
    def newest(self) -> int:
        """What is written if nothing else is asked for."""
        return max(self.rivers)

    def reads(self, schema: int, river: str) -> bool:
        """Whether a page of these can be read."""
        return self.rivers.get(schema) == river

    def up(self, kind: Kind, tree: Tree) -> Tree:
        """A page of an older schema as one of the newest; it still says by what it was written."""
        head = tree[:2]
        for schema in range(tree[0], self.newest):
            tree = self.steps[schema].up(kind, tree)
        return [*head, *tree[2:]]

    def down(self, kind: Kind, tree: Tree, schema: int) -> Tree:
        """A page of the newest schema as one of an older."""
        for older in range(self.newest - 1, schema - 1, -1):
            tree = self.steps[older].down(kind, tree)
        return [schema, self.rivers[schema], *tree[2:]]


FORMATS: Final = Formats(rivers={3: "0.26"}, steps={})
"""Schema 3: samples as counts, deflated pages. Nothing before it is read."""
