"""Which people train, choose and judge a model: lists that are committed, so that nobody moves."""

from __future__ import annotations

from importlib.resources import files

import msgspec


class Split(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Record names of one data set, a person in one place only.

    Network k of an ensemble trains on every fold but the k-th, whose people are its validation people.
    """

    dataset: str
    note: str
    folds: tuple[tuple[str, ...], ...]
    test: tuple[str, ...]

    def __post_init__(self) -> None:
        everyone = [*self.development, *self.test]
        if len(everyone) != len(set(everyone)):
            raise ValueError(f"split of {self.dataset}: a record stands in two parts")

    @property
    def development(self) -> tuple[str, ...]:
        """Everyone who may train or choose a model."""
        return tuple(name for fold in self.folds for name in fold)


def load_split(dataset: str) -> Split:
    """The committed split of a data set, e.g. `ltafdb`."""
    raw = files("models.training").joinpath("splits").joinpath(f"{dataset}.json").read_bytes()
    return msgspec.json.decode(raw, type=Split)
