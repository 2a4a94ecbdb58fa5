"""A page holds what every wearer is, though only those who changed are packed anew."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from models.snapshot import WearerSnapshot, dump
from streams.engine.scoring import book
from streams.engine.scoring.shard import WearerShard
from streams.engine.state.pages import PageData, Seal
from streams.records import Alert, Feedback
from tests.streams.engine.shards import SECRET, Raw, control, feed, maker, messy, numbered, raw, simulated

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


class Log:
    """Gives records the offsets that follow."""

    def __init__(self) -> None:
        self._next = 0

    def put(self, records: Iterable[Raw]) -> list[Raw]:
        found = [replace(record, offset=at) for at, record in enumerate(records, self._next)]
        self._next += len(found)
        return found


def answers(rng: random.Random, alerts: Iterable[Alert]) -> Iterator[Raw]:
    """What people say to some alerts."""
    for alert in alerts:
        action: Any = rng.choice(["acknowledge", "snooze", "answer", ""])
        if action:
            said = answer(
                alert, action, for_s=3600 if action == "snooze" else None, true_alarm=rng.random() < 0.5
            )
            yield control("feedback", said)


def answer(alert: Alert, action: Any, **more: Any) -> Feedback:
    name = f"{alert.id}:{alert.revision}:{action}"
    return Feedback(name, alert.wearer, alert.id, action, alert.updated, "nurse", **more)


@pytest.mark.parametrize("seed", range(8))
def test_stored_wearers_are_what_they_are_whatever_came(seed: int) -> None:
    rng, left, log = random.Random(seed), list(messy(seed)), Log()
    make = maker()
    shard, pages, answered = make(0, {}), dict[bytes, bytes](), 0
    while left:
        size = rng.randint(1, 60)
        chunk, left = left[:size], left[size:]
        effects = feed(shard, log.put(chunk))
        told = [alert for alert, _ in effects.alerts]
        if said := log.put(answers(rng, told)):
            answered += len(said)
            if rng.random() < 0.5:
                store(shard, pages)
            told += [alert for alert, _ in feed(shard, said).alerts]
        shard.settle(alert for alert in told if rng.random() < 0.7)
        if rng.random() < 0.4:
            store(shard, pages)
            assert as_stored(pages) == as_they_are(shard)
        if rng.random() < 0.05:
            store(shard, pages)
            shard = make(0, {**pages, **dict([shard.encode_clock()])})

    store(shard, pages)

    assert len(as_stored(pages)) > 2 and answered > 3
    assert as_stored(pages) == as_they_are(shard)


def test_an_answer_is_stored_with_what_it_led_to() -> None:
    log, make = Log(), maker()
    shard, pages = make(0, {}), dict[bytes, bytes]()
    alerts: list[Alert] = []
    for record in log.put(messy(1)):
        alerts += [alert for alert, _ in feed(shard, [record]).alerts]
        if alerts and alerts[-1].status == "raised":
            break
    shard.settle(alerts)
    store(shard, pages)

    said = Log()
    said._next = shard.position + 1
    (heard,) = said.put([control("feedback", answer(alerts[-1], "acknowledge"))])
    told = [alert for alert, _ in feed(shard, [heard]).alerts]
    store(shard, pages)

    assert [alert.status for alert in told] == ["acknowledged"]
    found = make(0, {**pages, **dict([shard.encode_clock()])})
    assert found.pending() == told, "Redis may not have it yet"
    assert as_they_are(found) == as_they_are(shard)


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
