"""The networks that a partition's shard can run, by name and version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from models.deep.asks import Rows, Runner


class Stock(Protocol):
    """Networks of several versions; `models.deep.library.Library` is one."""

    @property
    def lineup(self) -> Mapping[str, str]:
        """The version wanted of each network that judges; can change at any time."""

    def has(self, name: str, version: str) -> bool:
        """Whether this version can run."""

    def run(self, name: str, version: str, rows: Rows) -> Rows:
        """One answer a row, each bit-equal whatever its place and neighbours."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A stock of one version of each network, for programs that have no registry to follow."""

    networks: Runner
    lineup: Mapping[str, str]

    def has(self, name: str, version: str) -> bool:
        """Whether it is the one version."""
        return self.lineup.get(name) == version

    def run(self, name: str, version: str, rows: Rows) -> Rows:
        """One answer a row, whatever the version."""
        del version
        return self.networks.run(name, rows)


@dataclass(frozen=True, slots=True)
class Cast:
    """The networks of one line-up: a `models.deep.asks.Runner`."""

    stock: Stock
    lineup: Mapping[str, str]

    def run(self, name: str, rows: Rows) -> Rows:
        """One answer a row, by the version of this line-up."""
        return self.stock.run(name, self.lineup[name], rows)
