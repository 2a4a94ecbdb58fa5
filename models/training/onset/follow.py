"""One watch by the product's own step: its minutes as hourly packets, observed and decided as in a stream."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.datasets.fitbit import Minutes
from models.decide import Case, Setting, decide
from models.observe import fall_silent, take
from models.risk.found import Leeway
from models.signals.columns import columns_of
from models.signals.windows import MINUTE
from models.view import Observation
from models.wearer import Wearer
from streams.records import Alert, Column, DeviceFacts, Source, VitalsPacket
from streams.settings import Settings

HOUR = 60 * MINUTE
DAY = 24 * HOUR
SPEAKS = frozenset({"raised", "escalated", "reminded"})
"""Statuses with which an alert comes (again)."""

Tick = Callable[[int], None]


@dataclass(slots=True)
class Followed:
    """What the stream said of one watch; days are counted since 1970 in the watch's own time."""

    name: str
    minutes: int = 0
    worn: set[int] = field(default_factory=set)
    """Days with a pulse."""
    judged: set[int] = field(default_factory=set)
    """Days whose night could be compared with own nights."""
    alerts: set[int] = field(default_factory=set)
    """Days on which an illness alert was told, or its evidence stood."""


def follow(watch: Minutes, setting: Setting, tick: Tick) -> Followed:
    """Live through a watch's minutes in order of time; `tick` hears how many more minutes are done."""
    found = Followed(watch.name, len(watch.times_ms))
    found.worn = set((watch.times_ms[~np.isnan(watch.hr)] // DAY).tolist())
    wearer = Wearer(watch.name)
    for packet, minutes in packets(watch):
        for observation in _observed(wearer, packet):
            _decide(wearer, setting, observation, found)
        tick(minutes)
    _decide(wearer, setting, fall_silent(wearer.seen), found)
    return found


def packets(watch: Minutes) -> Iterator[tuple[VitalsPacket, int]]:
    """The watch's minutes as packets of an hour at most, and the number of minutes in each."""
    hours = watch.times_ms // HOUR
    cuts = np.flatnonzero(np.diff(hours)) + 1
    for number, (first, end) in enumerate(pairwise([0, *cuts.tolist(), len(hours)])):
        times = watch.times_ms[first:end]
        signals = {
            name: column
            for name, values in (("hr", watch.hr[first:end]), ("steps", watch.steps[first:end]))
            if (column := _column(times, values)) is not None
        }
        if signals:
            yield VitalsPacket(watch.name, "watch", number, signals, DeviceFacts("watch")), end - first


def _column(times: NDArray[np.int64], values: NDArray[np.float64]) -> Column | None:
    there = ~np.isnan(values)
    times = times[there]
    if not len(times):
        return None
    start = int(times[0])
    if len(times) > 1 and (np.diff(times) == MINUTE).all():
        return Column(start, values[there].tolist(), step=MINUTE)
    return Column(start, values[there].tolist(), offsets=(times - start).tolist())


def _observed(wearer: Wearer, packet: VitalsPacket) -> Iterator[Observation]:
    """What a packet shows, and before it what the silence ended, if the watch was away for long."""
    settings = Settings.model_construct()  # as it ships, whatever the environment says
    columns, first, last = columns_of(packet)
    seen = wearer.seen
    if not seen.silent and first - seen.heard > settings.stale_s * 1000:
        yield fall_silent(seen)
    returned, seen.silent, seen.heard = seen.silent, False, last
    device = seen.device(packet.device)
    observation = take(seen, device, columns, last, settings.lateness_s * 1000, contact=True)
    observation.returned = returned
    yield observation


def _decide(wearer: Wearer, setting: Setting, observation: Observation, found: Followed) -> None:
    observation.asks = []  # no network is asked for the pulse of minutes
    for view in observation.views:
        if view.night is not None and view.night.known:
            found.judged.add(view.minute // DAY)
    case = Case(wearer.name, wearer.judged, Source("evaluate", 0, 0), wearer.seen.heard, Leeway())
    for told in decide(setting, case, observation):
        record = told.record
        if isinstance(record, Alert) and record.condition == "illness" and record.status in SPEAKS:
            found.alerts.add(record.updated // DAY)
    edge = setting.policy.rules["illness"]
    for view in observation.views:
        if view.night is not None and edge.level(view.night.strength):
            found.alerts.add(view.minute // DAY)
