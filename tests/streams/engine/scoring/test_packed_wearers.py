"""A page holds what every wearer is, though only those who changed are packed anew."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import pytest

from models.snapshot import WearerSnapshot, dump
from streams.engine.scoring import book
from streams.engine.scoring.shard import WearerShard
from streams.engine.state.pages import PageData, Seal
from tests.streams.engine.shards import SECRET, Raw, feed, maker, messy, numbered, raw, simulated

SEAL = Seal(SECRET)


@pytest.fixture
def packed(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Names of wearers in the order in which they are packed."""
    names: list[str] = []

    def noting(wearer: Any) -> WearerSnapshot:
        names.append(wearer.name)
        return dump(wearer)

    monkeypatch.setattr(book, "dump", noting)
    yield names


def store(shard: WearerShard, pages: dict[bytes, bytes]) -> None:
    pages |= {key: shard.encode(key) for key in shard.dirty()}


def as_stored(pages: dict[bytes, bytes]) -> dict[str, bytes]:
    opened = [SEAL.open(key, value, PageData)[1] for key, value in pages.items() if b"clock" not in key]
    return {name: SEAL._encoder.encode(found) for page in opened for name, found in page.wearers.items()}


def as_they_are(shard: WearerShard) -> dict[str, bytes]:
    return {wearer.name: SEAL._encoder.encode(dump(wearer)) for wearer in shard.book.wearers()}


@pytest.mark.parametrize("seed", range(6))
def test_stored_wearers_are_what_they_are_whatever_came(seed: int) -> None:
    rng, records = random.Random(seed), messy(seed)
    make = maker()
    shard, pages = make(0, {}), dict[bytes, bytes]()
    while records:
        size = rng.randint(1, 60)
        chunk, records = records[:size], records[size:]
        shard.settle([alert for alert, _ in feed(shard, chunk).alerts if rng.random() < 0.7])
        if rng.random() < 0.3:
            store(shard, pages)
            assert as_stored(pages) == as_they_are(shard)
        if rng.random() < 0.05:
            store(shard, pages)
            shard = make(0, {**pages, **dict([shard.encode_clock()])})

    store(shard, pages)

    assert len(as_stored(pages)) > 2
    assert as_stored(pages) == as_they_are(shard)


def two_on_a_page() -> tuple[list[Raw], str, str]:
    """Packets of many wearers, and two of these whose page is the same."""
    packets = list(simulated(1, wearers=300, hours=0.2))
    by_page: dict[int, str] = {}
    for sent in packets:
        other = by_page.setdefault(book.page_of(sent.wearer.encode()), sent.wearer)
        if other != sent.wearer:
            return numbered(raw(found) for found in packets), other, sent.wearer
    raise AssertionError("no two wearers on a page")


def test_who_did_not_change_is_not_packed_again(packed: list[str]) -> None:
    records, one, other = two_on_a_page()
    half = len(records) // 2
    make = maker()
    shard, pages = make(0, {}), dict[bytes, bytes]()
    feed(shard, records[:half])
    store(shard, pages)
    assert {one, other} <= set(packed)
    shard = make(0, {**pages, **dict([shard.encode_clock()])})
    packed.clear()

    feed(shard, [record for record in records[half:] if record.key == one.encode()][:1])
    store(shard, pages)

    assert packed == [one], "also after a restart"
    assert as_stored(pages) == as_they_are(shard)
