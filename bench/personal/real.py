"""Recordings of real people through the same core: how often it would have spoken."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

from bench.core import make_core
from bench.personal.figures import RealFigures
from bench.personal.scoring import Core
from streams.gateways.replay import replay
from streams.gateways.simulator import DEFAULT_START
from streams.gateways.simulator.matching import lives_of
from streams.gateways.timed import Timed
from streams.records import Priority

DATA_SETS = ("welltory_hrv_covid19", "ltdb_rr")
DAY_MS = 86_400_000
PRIORITIES: tuple[Priority, ...] = ("high", "medium", "low", "info")


def real(data: Path) -> dict[str, RealFigures]:
    """Replay every data set that is in the folder `data`. Raises UserError for one that can't be read."""
    return {name: _one(name, data / name) for name in DATA_SETS if (data / name).is_dir()}


def _one(name: str, folder: Path) -> RealFigures:
    days: defaultdict[str, set[int]] = defaultdict(set)
    first: dict[str, int] = {}
    packets = Counter[str]()

    def seen(timed: Iterable[Timed]) -> Iterator[Timed]:
        for packet in timed:
            begin = first.setdefault(packet.wearer, packet.time)
            days[packet.wearer].add((packet.time - begin) // DAY_MS)
            packets[name] += 1
            yield packet

    taken = Core(make_core()).run(seen(replay(name, folder, None, DEFAULT_START)), lambda now: None)
    lives = lives_of(taken.alerts)
    total = sum(len(own) for own in days.values())
    loudest = Counter(life.loudest for life in lives)
    return RealFigures(
        wearers=len(days),
        wearer_days=total,
        packets=packets[name],
        alerts={p: round(loudest[p] / total, 4) for p in PRIORITIES},
        conditions=dict(Counter(life.alert.condition for life in lives).most_common()),
    )
