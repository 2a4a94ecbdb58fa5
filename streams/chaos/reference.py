"""An uninterrupted run of the pure core over a log: what workers must come to, whatever befell them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

import msgspec

from models.deep.networks import Networks
from models.personal import load_setting
from models.snapshot import WearerSnapshot, dump
from streams.chaos.verdict import Account
from streams.engine.contracts import RawRecord
from streams.engine.scoring.shard import ShardMaker, WearerShard
from streams.engine.scoring.stock import Fixed
from streams.engine.state.pages import Seal
from streams.settings import Settings

Pages = Mapping[int, Mapping[bytes, bytes]]


def shard_maker(settings: Settings, state_key: bytes) -> ShardMaker:
    """The core as `vitalstream worker` makes it with these settings, on the networks that ship."""
    networks = Networks.load()
    return ShardMaker(
        settings, Seal(state_key), Fixed(networks, networks.versions), load_setting(trace_s=settings.trace_s)
    )


class Reference:
    """Goes on with each part of the log that it is given; nothing ever goes wrong here."""

    def __init__(self, make: ShardMaker, partitions: int, chunk: int = 64) -> None:
        self._shards = {number: make(number, {}) for number in range(partitions)}
        self._chunk = chunk
        self._account = Account()

    def take(self, records: Iterable[Any]) -> None:
        """Records of `vitals`, by partition and offset."""
        for number, part in groupby(records, attrgetter("partition")):
            rows = list(part)
            for start in range(0, len(rows), self._chunk):
                self._chunk_of(number, rows[start : start + self._chunk])

    def _chunk_of(self, number: int, records: Sequence[RawRecord]) -> None:
        effects, account = self._shards[number].take(records), self._account
        account.alerts += [alert for alert, _ in effects.alerts]
        rejections = [letter.rejection for letter in effects.dead_letters]
        account.letters |= {(r.partition, r.offset, r.reason) for r in rejections}

    def account(self) -> Account:
        """What it has come to."""
        self._account.outcomes, self._account.state = described(self._shards.values())
        return self._account


def recovered(
    make: ShardMaker, pages: Pages, partitions: int
) -> tuple[Counter[Any], dict[Hashable, Any], int]:
    """Outcomes, state, and how many alerts wait, as workers that start now would find them."""
    shards = [make(number, pages.get(number, {})) for number in range(partitions)]
    outcomes, state = described(shards)
    return outcomes, state, sum(len(shard.pending()) for shard in shards)


def described(shards: Iterable[WearerShard]) -> tuple[Counter[Any], dict[Hashable, Any]]:
    """What became of packets, and the state of wearers and partitions."""
    outcomes: Counter[Any] = Counter()
    state: dict[Hashable, Any] = {}
    # Through bytes, so that what is compared owns its values.
    encode, decode = msgspec.msgpack.Encoder().encode, msgspec.msgpack.Decoder(WearerSnapshot).decode
    for shard in shards:
        outcomes.update(shard.outcomes())
        state |= {wearer.name: decode(encode(dump(wearer))) for wearer in shard.book.wearers()}
        state[shard.partition] = shard.position, shard.stream_time, shard.answered()
    return outcomes, state
