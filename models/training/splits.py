"""Which people train, choose and judge a model: lists that are committed, so that nobody moves."""

from __future__ import annotations

from importlib.resources import files
from typing import Literal

import msgspec

Part = Literal["train", "validation", "test"]


class Split(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Record names of one data set, a person in one part only."""

    dataset: str
    note: str
    train: tuple[str, ...]
    validation: tuple[str, ...]
    test: tuple[str, ...]

    def __post_init__(self) -> None:
        everyone = [*self.train, *self.validation, *self.test]
        if len(everyone) != len(set(everyone)):
            raise ValueError(f"split of {self.dataset}: a record stands in two parts")

    def part(self, name: Part) -> tuple[str, ...]:
        """Record names of one part."""
        names: tuple[str, ...] = getattr(self, name)
        return names


def load_split(dataset: str) -> Split:
    """The committed split of a data set, e.g. `ltafdb`."""
    raw = files("models.training").joinpath("splits").joinpath(f"{dataset}.json").read_bytes()
    return msgspec.json.decode(raw, type=Split)
