"""The two kinds of rare windows that are made up, and what a judge needs to know of each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Array = NDArray[np.float64]
Rows = NDArray[np.float32]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Cut:
    """Windows cut from recordings, or made up."""

    rows: Rows
    """[n, steps] intervals in ms, or readings in mg/dL."""
    condition: Rows
    """[n, k] what a generator is asked for to make such a window."""
    rare: Flags
    """[n] whether this is one of the rare windows."""

    def __len__(self) -> int:
        return len(self.rows)

    def take(self, at: NDArray[np.integer] | Flags) -> Cut:
        """Some of the windows."""
        return Cut(self.rows[at], self.condition[at], self.rare[at])


@dataclass(frozen=True, slots=True)
class Person:
    """One person's windows: to learn from (overlapping, a bounded number), and to be judged by."""

    name: str
    pool: Cut
    judged: Cut


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of window is read, described, varied and compared."""

    name: str
    """Of the network that makes them."""
    dataset: str
    """Whose committed split of people it is developed on."""
    common: float
    """Common windows for each rare one from which a generator learns what is usual."""
    steps: int
    people: Callable[[Path, Sequence[str] | None], list[Person]]
    """Everyone in a folder, or those named who are there."""
    features: Callable[[Cut], Array]
    """[n, f] what the small classifier sees: nothing of what is to be foretold."""
    vary: Callable[[Rows, Generator], Rows]
    """Other conditions like these."""
    finish: Callable[[Rows, Rows], Cut]
    """Made-up windows as a recorder would give them; those that are not rare are left out."""
    statistics: Callable[[Rows], dict[str, Array]]
    """Key statistics of each window."""
    placed: Callable[[Rows], Array]
    """[n, steps] windows on the scale on which distances are measured."""


def together(cuts: Sequence[Cut]) -> Cut:
    """All windows of several cuts, in order."""
    return Cut(
        np.concatenate([cut.rows for cut in cuts]),
        np.concatenate([cut.condition for cut in cuts]),
        np.concatenate([cut.rare for cut in cuts]),
    )


def at_most(cut: Cut, rare: int, common: int, rng: Generator) -> Cut:
    """A random choice of at most so many rare and common windows, in order."""
    chosen = [
        rng.permutation(np.flatnonzero(flags))[:limit]
        for flags, limit in ((cut.rare, rare), (~cut.rare, common))
    ]
    return cut.take(np.sort(np.concatenate(chosen)))
