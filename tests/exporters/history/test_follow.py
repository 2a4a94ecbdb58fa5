"""History from a real Kafka: nothing is lost or doubled by kills, restarts and lost files."""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import asynccontextmanager

import msgspec
import pytest
from kafka import KafkaProducer

from exporters.history.history import FILE, History
from exporters.history.store import Batch, Store
from streams.records import Consent, Profile, Risk
from tests.exporters.examples import alert
from tests.exporters.history.examples import START, STEP, reading, trace
from tests.streams.engine.harness import fresh_topics

DAY_MS = 86_400_000
CHILD = """
import asyncio, sys
from pathlib import Path
from exporters.history import follow
from exporters.history.history import History
from exporters.history.store import Store

follow.MOST, follow.LINGER_S = 40, 0.0

async def main():
    history = History(Store(Path(sys.argv[1])), sys.argv[2], keep_ms=365 * 86_400_000, stale_ms=1_800_000)
    await history.start()
    await asyncio.Event().wait()

asyncio.run(main())
"""


class Topics:
    """A producer of records to the topics."""

    def __init__(self, broker):
        self.broker = broker
        self.producer = KafkaProducer(bootstrap_servers=broker, linger_ms=20)

    def send(self, topic, *records):
        for record in records:
            value = record if isinstance(record, bytes) else msgspec.json.encode(record)
            key = b"?" if isinstance(record, bytes) else record.wearer.encode()
            self.producer.send(topic, key=key, value=value)
        self.producer.flush()


@pytest.fixture
def topics(stack):
    fresh_topics(stack.broker)
    made = Topics(stack.broker)
    yield made
    made.producer.close()


@asynccontextmanager
async def following(path, broker, keep_ms=365 * DAY_MS):
    history = History(Store(path), broker, keep_ms=keep_ms, stale_ms=1_800_000)
    await history.start()
    try:
        yield history
    finally:
        await history.stop()


async def until(condition, what, seconds=60.0):
    """Wait for what must come; the limit is for a test that fails."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"never: {what}"
        await asyncio.sleep(0.02)


async def test_traces_risks_and_alerts_reach_file_and_overview(topics, tmp_path):
    topics.send("traces", *(trace("w1", n) for n in range(5)))
    topics.send("risk", Risk("w1", START + 5 * STEP, {}, "high"))
    topics.send("alerts", alert())

    async with following(tmp_path / FILE, topics.broker) as history:
        await until(lambda: history.overview.row("w1") and history.overview.row("w1").alerts, "an alert")
        await until(lambda: history.overview.row("w1").level == "high", "the risk")
        await until(lambda: history.overview.trace("w1") == trace("w1", 4), "the newest trace")

        assert history.store.bounds("w1") == (START, START + 4 * STEP)
        assert history.up


async def test_the_overview_is_there_before_kafka_answers(topics, tmp_path):
    topics.send("traces", trace("w1"))
    topics.send("alerts", alert())
    async with following(tmp_path / FILE, topics.broker) as history:
        await until(lambda: history.overview.row("w1") and history.overview.row("w1").alerts, "all")
        before = history.overview.row("w1")
        await until(lambda: history.overview.trace("w1"), "the trace")
        before = history.overview.row("w1")

    async with following(tmp_path / FILE, "127.0.0.1:1") as history:
        await until(lambda: "w1" in history.overview, "the wearer")

        assert history.overview.row("w1") == before
        assert not history.up


async def test_a_file_that_can_not_be_understood_is_no_end_of_following(topics, tmp_path, caplog):
    topics.send("traces", trace("w1"))
    store = Store(tmp_path / FILE)
    store.write(Batch(traces=[("w0", START, b"no trace")], risks=[("w0", START, b"[]")]))
    store.close()

    async with following(tmp_path / FILE, topics.broker) as history:
        await until(lambda: "w1" in history.overview, "the wearer")

    assert "starts empty" in caplog.text


async def test_kills_neither_lose_nor_double_a_row(topics, tmp_path):
    """Three readers in a row are killed with -9 in the middle of writing; the fourth finishes."""
    wanted = 6000
    topics.send("traces", *(trace(f"w{n % 60}", n // 60) for n in range(wanted)))
    path, store = tmp_path / FILE, Store(tmp_path / FILE)
    taken = [0]
    for _ in range(3):
        child = await asyncio.create_subprocess_exec(sys.executable, "-c", CHILD, str(path), topics.broker)
        try:
            await until(lambda: store.places() > taken[-1], "the reader goes on")
        finally:
            child.kill()
            await child.wait()
        taken.append(store.places())
    store.close()
    assert taken[-1] < wanted, "the kills came too late to prove anything"

    async with following(path, topics.broker) as history:
        await until(lambda: history.store.places() == wanted, "every record is taken")

        spans = [history.store.span(f"w{n}", 0, 2 * START) for n in range(60)]
        assert [[moment for moment, _ in span] for span in spans] == [
            [START + n * STEP for n in range(wanted // 60)]
        ] * 60


async def test_a_lost_file_is_read_anew(topics, tmp_path, caplog):
    topics.send("traces", *(trace("w1", n) for n in range(5)))
    async with following(tmp_path / FILE, topics.broker) as history:
        await until(lambda: history.store.places() == 5, "all")
    (tmp_path / FILE).write_bytes(b"no database " * 1000)

    async with following(tmp_path / FILE, topics.broker) as history:
        await until(lambda: history.store.places() == 5, "all again")

        assert history.store.bounds("w1") == (START, START + 4 * STEP)
    assert caplog.text.count("set aside") == 1


async def test_offsets_beyond_a_log_that_was_made_anew_do_not_hide_it(topics, tmp_path):
    topics.send("traces", *(trace("w1", n) for n in range(50)))
    async with following(tmp_path / FILE, topics.broker) as history:
        await until(lambda: history.store.places() == 50, "all")
    fresh_topics(topics.broker)
    topics.send("traces", trace("w1", 99))

    async with following(tmp_path / FILE, topics.broker) as history:
        await until(lambda: history.store.bounds("w1") == (START, START + 99 * STEP), "the new trace")


async def test_what_can_not_be_read_is_left_out_and_no_name_is_logged(topics, tmp_path, caplog):
    odd = trace("wearer-77", signals={"heart rate": reading(60.0)})
    topics.send("traces", b"no JSON of wearer-77", b'{"wearer": "wearer-77"}', odd, trace("w1"))
    topics.send("risk", b'{"wearer": "wearer-77", "level": "low", "time": 18446744073709551615}')
    topics.send("alerts", alert(wearer="wearer-77", revision=2**63))

    async with following(tmp_path / FILE, topics.broker) as history:
        await until(lambda: "w1" in history.overview, "the one that can be read")
        await until(lambda: history.store.places() == 6, "the others")

    assert "can't be read" in caplog.text
    assert "wearer-77" not in caplog.text


async def test_history_older_than_it_is_kept_goes(topics, tmp_path):
    topics.send("traces", *(trace("w1", n) for n in range(0, 1000, 10)))

    async with following(tmp_path / FILE, topics.broker, keep_ms=100 * STEP) as history:
        await until(lambda: history.store.bounds("w1") == (START + 890 * STEP, START + 990 * STEP), "pruned")


async def test_a_refusal_forgets_a_wearer(topics, tmp_path):
    topics.send("traces", trace("a"), trace("b"))

    async with following(tmp_path / FILE, topics.broker) as history:
        await until(lambda: len(history.overview) == 2, "both")
        topics.send("profiles", Profile("a", consent=Consent("refused")))
        await until(lambda: len(history.overview) == 1, "one")
        topics.send("traces", trace("a", 1), trace("b", 1))
        await until(lambda: history.overview.row("b").time == START + STEP, "the other goes on")

        assert "a" not in history.overview
        assert history.store.bounds("a") is None


async def test_an_outage_of_the_disk_costs_time_only(topics, tmp_path, monkeypatch):
    monkeypatch.setattr("exporters.history.follow.PAUSES_S", (0.1,))
    blocked = tmp_path / "data"
    blocked.write_text("a file where the folder should be")

    async with following(blocked / FILE, topics.broker) as history:
        topics.send("traces", trace("w1"))
        await until(lambda: history._follower._failures > 1, "it fails")
        blocked.unlink()
        await until(lambda: "w1" in history.overview, "the trace")
