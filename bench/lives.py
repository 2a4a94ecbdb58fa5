"""Wearers who lived before a run begins: their stored state under many names, and the packets that follow.

Some wearers are simulated; their state and their packets are given to as many others as are wanted, so that
a crowd of 100,000 takes no longer to make than its pages take to write.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from bench.core import make_plain
from bench.packets import Packet, Record, Size, simulate
from bench.stored import Pages
from models.snapshot import WearerSnapshot, dump
from streams.backup import kafka
from streams.backup.lines import Record as Stored
from streams.engine.configuration import CHANGELOG
from streams.engine.names import TABLE, VITALS
from streams.engine.state.generation import changelog
from streams.engine.state.packing import Packer
from streams.engine.state.pages import RIVER, SCHEMA, PageData, Seal, page_key, page_of
from streams.errors import UserError
from streams.growing.place import place_among
from streams.settings import Settings

MODELS, HOURS = 200, 3.0
SIZE = Size(60, 60)
LATER_MS = 30 * 60_000
"""Of packets after that: thirty of each."""
NOTHING_YET = -1
"""Offset that stored state has seen last."""


def lived(last_ms: int) -> tuple[list[WearerSnapshot], list[Packet]]:
    """The state of some simulated wearers after some hours, and their packets of so long afterwards."""
    return lived_by(simulate(SIZE, MODELS, HOURS), last_ms)


def lived_by(packets: list[Packet], last_ms: int) -> tuple[list[WearerSnapshot], list[Packet]]:
    """The state of these wearers, by their keys, so long before the end, and their packets from then on."""
    end = packets[-1].time - last_ms
    shard = make_plain()(0, {})
    for offset, packet in enumerate(packets):
        if packet.time < end:
            effects = shard.take([Record(packet.key, packet.value, offset)])
            shard.settle(alert for alert, _ in effects.alerts)
    later = [packet for packet in packets if packet.time >= end]
    keys = sorted({packet.key for packet in packets})
    return [dump(shard.book.page(key).wearers[key.decode()]) for key in keys], later


def sealed_pages(seal: Seal, partitions: int, lives: list[WearerSnapshot], wearers: int) -> Pages:
    """The lives under as many names, as a worker stores them."""
    packer, found = Packer(), defaultdict[int, dict[bytes, bytes]](dict)
    for (partition, number), page in _named(partitions, lives, wearers).items():
        key = page_key(partition, number)
        packed = {name: seal.pack(packer, name, snapshot) for name, snapshot in page.items()}
        empty = PageData(SCHEMA, RIVER, {}, {}, [])
        found[partition][key] = seal.write_page(key, NOTHING_YET, empty, packer, packed)
    return found


def _named(
    partitions: int, lives: list[WearerSnapshot], wearers: int
) -> dict[tuple[int, int], dict[str, WearerSnapshot]]:
    """The lives under as many names, by partition and page."""
    place, pages = place_among(partitions), defaultdict[tuple[int, int], dict[str, WearerSnapshot]](dict)
    for number in range(wearers):
        key = _key(number)
        pages[place(key), page_of(key)][key.decode()] = lives[number % len(lives)]
    return pages


def store(settings: Settings, pages: Pages) -> int:
    """Write pages to the changelog of the settings' application; gives their bytes."""
    topic = changelog(settings.app_id, TABLE)
    with kafka.admin(settings) as admin:
        kafka.make_topic(settings, admin, topic, settings.partitions, CHANGELOG)
    with kafka.producer(settings) as out:
        kafka.send(
            out,
            topic,
            (_record(partition, *page) for partition, stored in pages.items() for page in stored.items()),
        )
    return sum(len(value) for stored in pages.values() for value in stored.values())


def send(settings: Settings, packets: Iterable[Packet]) -> None:
    """Append packets to `vitals`."""
    with kafka.producer(settings) as out:
        kafka.send(out, VITALS, (_record(packet.partition, packet.key, packet.value) for packet in packets))


def turns(partitions: int, later: list[Packet], wearers: int, senders: int, number: int) -> Iterator[Packet]:
    """So many packets of so many senders at most, spread evenly over the crowd, all in turn.

    Raises UserError when the simulated wearers have not sent so many.
    """
    keys = sorted({packet.key for packet in later})
    of = [[packet for packet in later if packet.key == key] for key in keys]
    place, sent, senders = place_among(partitions), 0, min(senders, wearers)
    for turn in range(max(map(len, of))):
        for sender in range(senders):
            mine = of[sender % len(of)]
            if turn < len(mine):
                key = _key(_place(sender, len(of), wearers, senders))
                value = mine[turn].value.replace(mine[turn].key, key)
                yield replace(mine[turn], partition=place(key), key=key, value=value)
                sent += 1
                if sent == number:
                    return
    raise UserError(f"only {sent} packets for {wearers} wearers")


def _place(sender: int, models: int, wearers: int, senders: int) -> int:
    """The sender's number in the crowd: far from the next one's, and one who has lived the same life."""
    spread = sender * (wearers // senders)
    return (spread - spread % models + sender % models) % wearers


def _record(partition: int, key: bytes, value: bytes) -> Stored:
    return Stored(partition, 0, None, key, value, [])


def _key(number: int) -> bytes:
    return b"many-%06d" % number
