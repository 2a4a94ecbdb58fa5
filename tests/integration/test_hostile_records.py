"""A thousand hostile records among good ones, through a real broker and a real worker."""

from __future__ import annotations

import random
import signal

import msgspec

from streams.gateways.simulator import Simulation
from tests.integration.conftest import Bench
from tests.streams.engine.harness import eventually

START = 1_767_592_800_000
DAY = 86_400_000


def packet(signals: bytes, wearer: bytes = b"w", device: bytes = b'"d"', seq: int = 1) -> bytes:
    return b'{"wearer":"%b","device":%b,"seq":%d,"signals":{%b}}' % (wearer, device, seq, signals)


def column(signal: bytes, start: int, values: bytes) -> bytes:
    return b'"%b":{"start":%d,"values":[%b]}' % (signal, start, values)


def good(minute: int) -> tuple[bytes, bytes]:
    """Two wearers take turns, so that neither alone makes the partition's time."""
    wearer = b"w" if minute % 2 else b"v"
    return wearer, packet(column(b"hr", START + minute * 60_000, b"70"), wearer, seq=minute)


def hostile(number: int) -> tuple[bytes, str]:
    """A hostile value for wearer w, and the reason it must be refused for."""
    at = START + number
    kinds = [
        (b'{"wearer":"w","device":"d","seq":', "undecodable"),
        (b"\x00\xff\xfe not json at all", "undecodable"),
        (packet(column(b"hr", at, b"70"), device=b"7"), "schema"),
        (packet(column(b"hr", at, b'"70"')), "schema"),
        (packet(column(b"hr", at, b"NaN")), "undecodable"),
        (packet(column(b"hr", at, b"1e999")), "schema"),
        (packet(column(b"hr", -5, b"70")), "schema"),
        (packet(column(b"aura", at, b"1")), "unknown_signal"),
        (packet(column(b"temp", at, b"98.6")), "out_of_range"),
        (packet(column(b"hr", at, b"70,71")), "misaligned"),
        (packet(column(b"hr", at, b"70"), wearer=b"x"), "key_mismatch"),
        (b"[" * 5000, "schema"),
        (b" " * 1_100_000, "too_large"),
        (packet(column(b"hr", at + DAY, b"70")), "clock_ahead"),
    ]
    return kinds[number % len(kinds)]


def test_every_hostile_record_ends_in_the_dead_letter_topic_and_good_ones_are_scored(bench: Bench) -> None:
    bad = [hostile(number) for number in range(998)]
    bad += [(b"x" * 10_000_000, "too_large"), (b"\x93" * 12_000_000, "too_large")]
    # Good ones stay in order among the bad; the first of them settle the clock of the partition.
    mixed = [good(minute) for minute in range(20)] + [(b"w", value) for value, _ in bad]
    for minute, spot in enumerate(sorted(random.Random(1).sample(range(20, 1280), 280)), start=20):
        mixed.insert(spot, good(minute))
    bench.produce(mixed, partition=0)
    worker = bench.start()
    port = worker.wait_ready()
    bench.wait_done()

    outcomes = worker.figures(port).outcomes
    letters = bench.observer.records("vitals.rejected")
    headers = [dict(letter.headers) for letter in letters]

    assert worker.process.poll() is None
    assert outcomes == {"scored": 300, "rejected": 1000, "late": 0, "duplicate": 0}
    expected = sorted((value, reason.encode()) for value, reason in bad)
    found = sorted((letter.value, told["reason"]) for letter, told in zip(letters, headers, strict=True))
    assert [reason for _, reason in found] == [reason for _, reason in expected]
    assert found == expected
    original = {(r.partition, r.offset): r.value for r in bench.observer.records("vitals")}
    for letter, told in zip(letters, headers, strict=True):
        assert told["topic"] == b"vitals"
        assert original[int(told["partition"]), int(told["offset"])] == letter.value
    assert worker.end(signal.SIGTERM) == 0


def test_a_profile_that_refuses_consent_ends_scoring(bench: Bench) -> None:
    worker = bench.start()
    port = worker.wait_ready()
    bench.produce([(b"w", packet(column(b"hr", START, b"70")))])
    bench.wait_done()
    bench.produce([(b"w", b'{"wearer":"w","consent":{"status":"refused"}}')], topic="profiles")
    bench.produce([(b"v", b'{"wearer":"v"}')], topic="profiles")
    eventually(lambda: sum(bench.observer.ends()) >= 3, "profiles are copied into vitals")

    bench.produce([(b"w", packet(column(b"hr", START + 60_000, b"70"), seq=2))])
    bench.wait_done()

    (letter,) = bench.observer.records("vitals.rejected")
    assert dict(letter.headers)["reason"] == b"no_consent"
    assert letter.value is None
    assert worker.figures(port).outcomes["scored"] == 1


def test_simulated_packets_in_messagepack_are_scored_like_json(bench: Bench) -> None:
    packets = [timed.packet for timed in Simulation(seed=4, wearers=4, hours=0.5).packets()]
    encode = msgspec.msgpack.Encoder().encode
    bench.produce(
        [(packet.wearer.encode(), encode(packet)) for packet in packets],
        **{"content-type": b"application/msgpack"},
    )
    worker = bench.start()
    port = worker.wait_ready()
    bench.wait_done()

    outcomes = worker.figures(port).outcomes

    assert sum(outcomes.values()) == len(packets)
    assert outcomes["rejected"] == 0
    assert outcomes["scored"] > 0.95 * len(packets)
