"""Looks at the registry of networks again and again while the worker runs."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from models.deep.manifest import Refusal
from streams.logs import get_log

log = get_log(__name__)


class Shelf(Protocol):
    """What is watched; `models.deep.library.Library` is one."""

    @property
    def lineup(self) -> Mapping[str, str]:
        """The version wanted of each network that judges."""

    @property
    def shadows(self) -> Mapping[str, tuple[str, ...]]:
        """The versions of each network that score beside it."""

    @property
    def refusals(self) -> Sequence[Refusal]:
        """What is refused at present."""

    def refresh(self) -> Sequence[Refusal]:
        """Look again; gives what is refused now and was not before."""


class WatchMetrics(Protocol):
    """What is told of the registry."""

    def model_refused(self, reason: str) -> None:
        """Something was refused."""

    def lineup(self, active: Mapping[str, str], shadows: Mapping[str, Iterable[str]]) -> None:
        """What is wanted."""


class Watch:
    """Takes new versions into the library, in a thread of its own; partitions go over by themselves.

    A refusal is told once, in one line. Nothing that is wrong with a registry ends a running worker.
    """

    def __init__(self, library: Shelf, metrics: WatchMetrics, every_s: float) -> None:
        self._library, self._metrics, self._every_s = library, metrics, every_s
        self._tell(library.refusals)
        metrics.lineup(library.lineup, library.shadows)

    async def run(self) -> None:
        """Look for ever."""
        while True:
            await asyncio.sleep(self._every_s)
            await self.look()

    async def look(self) -> None:
        """Look once."""
        library = self._library
        before = library.lineup, library.shadows
        try:
            self._tell(await asyncio.to_thread(library.refresh))
        except Exception as error:  # whatever it is, what is loaded goes on
            log.error("the registry can't be looked at", error=type(error).__name__)
            return
        if (library.lineup, library.shadows) != before:
            log.info("the registry has changed", wanted=_names(library))
            self._metrics.lineup(library.lineup, library.shadows)

    def _tell(self, refusals: Iterable[Refusal]) -> None:
        for refusal in refusals:
            log.error("refused from the registry", reason=refusal.reason, says=refusal.says)
            self._metrics.model_refused(refusal.reason)


def _names(library: Shelf) -> str:
    active = [f"{name} {version}" for name, version in library.lineup.items()]
    beside = [f"{name} {version} as a shadow" for name, all_ in library.shadows.items() for version in all_]
    return ", ".join([*active, *beside]) or "no network"
