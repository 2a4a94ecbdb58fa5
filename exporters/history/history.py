"""History of wearers for the board: from Kafka to SQLite and to an overview in memory."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Self

import msgspec

from exporters.history.batches import Decoded, decode
from exporters.history.follow import Follower, Records
from exporters.history.overview import Overview
from exporters.history.packing import unpack
from exporters.history.store import Place, Store
from streams.records import Alert, Risk
from streams.settings import Settings
from streams.wires import Broker

log = logging.getLogger(__name__)

FILE = "history.db"
DAY_MS = 86_400_000
SWEEPS = 64
"""Prunings while time moves on by all that is kept: the oldest rows outlive their time by 1/64 of it."""
LOOK_S = 1.0
SLICE = 500
"""Wearers restored before the event loop has its turn: about 10 ms."""

_decode_alert = msgspec.json.Decoder(Alert).decode
_decode_risk = msgspec.json.Decoder(Risk).decode


class History:
    """What the API asks of the past and present of wearers.

    `start` returns at once; reading Kafka, a full disk or a damaged file never raise out of it: what is
    known so far is answered. The overview belongs to the event loop, the store to threads.
    """

    def __init__(self, store: Store, broker: Broker | str, *, keep_ms: int, stale_ms: int) -> None:
        self.store = store
        self.overview = Overview(stale_ms, keep_ms)
        self._keep_ms = keep_ms
        self._follower = Follower(broker, self._begin, self._take)
        self._tasks: list[asyncio.Task[None]] = []
        self._pruned = 0
        self._prune_after: str | None = None
        self._looked = 0.0
        self.began = time.time_ns() // 1_000_000
        """Wall clock, ms: tells one life of the overview from the next."""

    @classmethod
    def of(cls, settings: Settings, broker: str | None = None) -> Self:
        """History in the data folder of these settings, not started yet."""
        return cls(
            Store(settings.data_dir / FILE),
            broker or Broker.of(settings),
            keep_ms=round(settings.history_days * DAY_MS),
            stale_ms=settings.stale_s * 1000,
        )

    @property
    def up(self) -> bool:
        """Whether Kafka is being read."""
        return self._follower.up

    @property
    def lag(self) -> int:
        """Records that Kafka has and history does not, as of the last reading."""
        return self._follower.lag

    async def start(self) -> None:
        """Restore the overview and begin to follow."""
        self._tasks = [asyncio.create_task(self._run(), name="history")]

    async def stop(self) -> None:
        """Stop following; what was read and not written is read again at the next start."""
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        self._tasks = []
        await asyncio.to_thread(self.store.close)

    def took(self, alert: Alert) -> None:
        """A revision of an alert from elsewhere (a subscription): counts without waiting for Kafka's copy."""
        self.overview.took(alert)

    async def forget(self, wearer: str) -> int:
        """Delete all that is kept of a wearer; how many rows that were. Raises sqlite3.Error."""
        self.overview.forget(wearer)
        return await asyncio.to_thread(self.store.forget, wearer)

    async def _run(self) -> None:
        try:
            await self._restore()
        # Whatever it is, Kafka has what is newer: a task that ended here would end in silence.
        except Exception as error:
            log.warning("the overview of wearers starts empty (%s)", type(error).__name__)
        await self._follower.run()

    async def _restore(self) -> None:
        latest, risks, alerts = await asyncio.to_thread(
            lambda: (self.store.latest(), self.store.risks(), self.store.open_alerts())
        )
        # Newest first, so that each knows at once whether it is stale.
        for number, (wearer, moment, body) in enumerate(sorted(latest, key=lambda row: -row[1])):
            self.overview.saw(unpack(wearer, moment, body), body)
            if number % SLICE == SLICE - 1:
                await asyncio.sleep(0)
        for body in risks:
            risk = _decode_risk(body)
            self.overview.judged(risk.wearer, risk.time, risk.level)
        for body in alerts:
            self.overview.took(_decode_alert(body))
        self.overview.look()

    async def _begin(self, cluster: str) -> Mapping[Place, int]:
        offsets = await asyncio.to_thread(self.store.begin, cluster)
        if not offsets:
            # Everything is read anew: what came from a lost file or from another cluster does not stand.
            self.overview.clear()
        return offsets

    async def _take(self, records: Records) -> None:
        """Store a reading, then show it: what is shown has been stored."""
        found, refusing = await asyncio.to_thread(self._store, records)
        for wearer in refusing:
            self.overview.forget(wearer)
        self._show(found, refusing)
        if time.monotonic() - self._looked >= LOOK_S:
            self._looked = time.monotonic()
            self.overview.look()
            await asyncio.to_thread(self._prune, self.overview.newest)

    def _store(self, records: Records) -> tuple[Decoded, set[str]]:
        found = decode(records)
        return found, self.store.write(found.batch)

    def _show(self, found: Decoded, refusing: set[str]) -> None:
        for trace, body in found.latest:
            if trace.wearer not in refusing:
                self.overview.saw(trace, body)
        for wearer, moment, level in found.levels:
            if wearer not in refusing:
                self.overview.judged(wearer, moment, level)
        for alert in found.batch.alerts:
            if alert.wearer not in refusing:
                self.overview.took(alert)

    def _prune(self, newest: int) -> None:
        """One slice, when one is due."""
        if self._prune_after is None:
            if newest - self._pruned < self._keep_ms / SWEEPS:
                return
            self._pruned, self._prune_after = newest, ""
        self._prune_after = self.store.prune(newest - self._keep_ms, self._prune_after)
