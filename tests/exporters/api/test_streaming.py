"""Live alerts over a real server: in order, resumed by id, with heartbeats, and told what is gone."""

from __future__ import annotations

from pathlib import Path

from redis.asyncio import Redis

from exporters.alerts.sink import AlertSink
from tests.exporters.api.serving import Running, reading, serving, take
from tests.exporters.examples import alert


async def test_a_stream_begins_with_a_heartbeat_and_goes_on_with_what_happens(
    api: Running, sink: AlertSink
) -> None:
    await sink.write([alert("a1")])
    async with reading(api) as events:
        [beat] = await take(events, 1, "heartbeat")
        await sink.write([alert("a2"), alert("a2", 2)])

        told = await take(events, 2)

    assert (beat.data["source"], beat.id) == ("up", beat.data["newest"])
    assert [(one.data["id"], one.data["revision"]) for one in told] == [("a2", 1), ("a2", 2)]


async def test_a_reader_goes_on_after_the_last_event_it_saw_when_the_api_was_restarted(
    url: str, tmp_path: Path, sink: AlertSink
) -> None:
    await sink.write([alert(f"a{i}") for i in range(5)])
    async with serving(url, tmp_path) as api, reading(api, "/alerts/stream?since=0") as events:
        first = await take(events, 2)
    resumed = {"Last-Event-ID": first[-1].id}
    async with serving(url, tmp_path) as api, reading(api, headers=resumed) as events:
        rest = await take(events, 3)

    assert [one.data["id"] for one in [*first, *rest]] == [f"a{i}" for i in range(5)]


async def test_what_is_trimmed_is_told_once_and_the_stream_goes_on_from_the_oldest_kept(
    url: str, tmp_path: Path, sink: AlertSink, valkey: Redis
) -> None:
    await sink.write([alert(f"a{i}") for i in range(4)])
    ids = [stream_id for stream_id, _ in await valkey.xrange("vitalstream:alerts")]
    await valkey.xtrim("vitalstream:alerts", minid=ids[2], approximate=False)

    async with serving(url, tmp_path) as api:
        async with reading(api, headers={"Last-Event-ID": ids[0]}) as events:
            [gap] = await take(events, 1, "gap")
            rest = await take(events, 2)
        async with reading(api, headers={"Last-Event-ID": gap.id}) as events:
            again = await take(events, 2)

    assert gap.data == {"from": ids[0], "to": ids[2], "reason": "trimmed"}
    assert [one.id for one in rest] == [one.id for one in again] == ids[2:]


async def test_a_server_that_is_back_at_an_earlier_moment_does_not_repeat_what_its_readers_had(
    url: str, tmp_path: Path, sink: AlertSink, valkey: Redis
) -> None:
    """As a replica that takes over, or a file that lacks its last second."""
    await sink.write([alert("a1"), alert("a2")])
    [newest] = [stream_id for stream_id, _ in await valkey.xrevrange("vitalstream:alerts", count=1)]
    ahead = f"{int(newest.split('-')[0]) + 1}-0"

    async with (
        serving(url, tmp_path) as api,
        reading(api, headers={"Last-Event-ID": ahead}) as events,
    ):
        [gap] = await take(events, 1, "gap")
        await sink.write([alert("a3")])
        [told] = await take(events, 1)

    assert gap.data == {"from": ahead, "to": newest, "reason": "reset"}
    assert told.data["id"] == "a3"


async def test_an_entry_that_is_no_alert_stops_nobody(
    url: str, tmp_path: Path, sink: AlertSink, valkey: Redis
) -> None:
    await sink.write([alert("a1")])
    await valkey.xadd("vitalstream:alerts", {"body": "{}"})
    await sink.write([alert("a2")])

    async with serving(url, tmp_path) as api:
        listed = await api.get("/alerts?state=all")
        async with reading(api, "/alerts/stream?since=0") as events:
            stored = await take(events, 2)
            await valkey.xadd("vitalstream:alerts", {"colour": "red"})
            await sink.write([alert("a3")])
            stored += await take(events, 1)

    assert [row["alert"]["id"] for row in listed["alerts"]] == ["a2", "a1"]
    assert [one.data["id"] for one in stored] == ["a1", "a2", "a3"]
