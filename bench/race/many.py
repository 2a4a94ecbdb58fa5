"""The race with many wearers: packets of a minute from a crowd that has lived for hours before it."""

from __future__ import annotations

from pathlib import Path

from bench.core import SECRET
from bench.cores import Cores
from bench.lives import LATER_MS, lived, sealed_pages, turns
from bench.packets import PARTITIONS, Packet
from bench.process import Tell
from bench.race.figures import ManyFigures, many_figures
from bench.race.race import race, ways
from bench.stage import stage
from models.snapshot import WearerSnapshot
from streams.engine.state.pages import Seal
from streams.stack.jars import Progress

PACKETS, SENDERS = 10_000, 1_000
"""The same packets for every crowd, so that crowds alone differ."""


def measure(
    crowds: tuple[int, ...], folder: Path, cores: Cores, tell: Tell, progress: Progress
) -> list[ManyFigures]:
    """Race over each crowd, one round each. Raises UserError when a way does not come through."""
    if not crowds:
        return []
    tell("simulating lives")
    lives, later = lived(LATER_MS)
    return [_crowd(wearers, lives, later, folder / str(wearers), cores, tell, progress) for wearers in crowds]


def _crowd(
    wearers: int, lives: list[WearerSnapshot], later: list[Packet], folder: Path, cores: Cores,
    tell: Tell, progress: Progress,
) -> ManyFigures:  # fmt: skip
    title = f"{wearers:,} wearers"
    tell(f"{title}: storing them")
    before = sealed_pages(Seal(SECRET), PARTITIONS, lives, wearers)
    packets = list(turns(PARTITIONS, later, wearers, SENDERS, PACKETS))
    with stage(folder, cores, progress) as servers:
        found = race(servers, packets, 1, lambda text: tell(f"{title}: {text}"), ways(slowest=False), before)
    return many_figures(wearers, packets, found)
