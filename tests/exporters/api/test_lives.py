"""The life of one alert, silences, and what each role sees of alerts."""

from __future__ import annotations

from redis.asyncio import Redis

from exporters.alerts.sink import AlertSink
from exporters.api.silences import MOST
from streams.records import Alert, Snooze
from tests.exporters.api.serving import Running, reading, take
from tests.exporters.examples import ONSET, alert

HOUR = 3_600_000


async def test_a_history_is_the_life_of_one_alert(api: Running, sink: AlertSink) -> None:
    life = [alert("a1"), alert("a1", 2, status="escalated"), alert("a1", 3, status="resolved")]
    await sink.write([life[0], alert("a2"), *life[1:]])

    answer = await api.get("/alerts/a1/history")

    assert [one["alert"]["status"] for one in answer["events"]] == ["raised", "escalated", "resolved"]
    assert [one["stream_id"] for one in answer["events"]] == sorted(
        one["stream_id"] for one in answer["events"]
    )


async def test_what_an_alert_was_at_last_outlives_the_stream(
    api: Running, sink: AlertSink, valkey: Redis
) -> None:
    await sink.write([alert("a1"), alert("a1", 2, status="resolved")])
    await valkey.xtrim("vitalstream:alerts", maxlen=0, approximate=False)

    answer = await api.get("/alerts/a1/history")

    assert [one["alert"]["revision"] for one in answer["events"]] == [2]


async def test_silences_tell_who_and_until_when_in_the_time_of_the_wearers_data(
    api: Running, sink: AlertSink
) -> None:
    def snoozed(name: str, until: int) -> Alert:
        return alert(name, status="snoozed", snooze=Snooze(until, "nurse-2"), wearer=name)

    await sink.write([snoozed("a1", ONSET + HOUR), snoozed("a2", ONSET + 1), alert("a3")])

    answer = await api.get("/silences")

    assert [(one["alert"], one["author"], one["until"], one["expired"]) for one in answer["silences"]] == [
        ("a1", "nurse-2", ONSET + HOUR, False),
        ("a2", "nurse-2", ONSET + 1, True),
    ]


async def test_a_silence_that_outlasts_its_alert_gives_way_to_that_of_the_next(
    api: Running, sink: AlertSink
) -> None:
    def over(name: str, updated: int, until: int, **changes: str) -> Alert:
        values = {"status": "resolved"} | changes
        return alert(name, updated=updated, snooze=Snooze(until, "nurse-2"), **values)

    first = over("a1", ONSET, ONSET + 2 * HOUR)
    later = over("a2", ONSET + 1, ONSET + HOUR)
    other = over("a3", ONSET, ONSET + HOUR - 1, condition="fever")
    still = over("a4", ONSET, ONSET + HOUR - 2, status="snoozed")
    await sink.write([first, later, other, still])

    answer = await api.get("/silences")

    assert [one["alert"] for one in answer["silences"]] == ["a2", "a3", "a4"]


async def test_ones_own_silence_is_told_behind_however_many_of_others(api: Running, sink: AlertSink) -> None:
    def snoozed(number: int, wearer: str) -> Alert:
        until = ONSET + HOUR - number
        return alert(f"a{number}", status="snoozed", snooze=Snooze(until, "nurse-2"), wearer=wearer)

    await sink.write([*(snoozed(number, "w1") for number in range(MOST + 1)), snoozed(MOST + 1, "w2")])

    answer = await api.get("/silences", headers=api.token("bea", "wearer", "w2"))

    assert [one["wearer"] for one in answer["silences"]] == ["w2"]


async def test_a_wearer_sees_their_own_alone(api: Running, sink: AlertSink) -> None:
    await sink.write([alert("a1", wearer="w1"), alert("a2", wearer="w2")])
    bea = api.token("bea", "wearer", "w2")

    listed = await api.get("/alerts?state=all", headers=bea)
    foreign = await api.client.get("/alerts/a1", headers=bea)
    unknown = await api.client.get("/alerts/nobody", headers=bea)
    async with reading(api, "/alerts/stream?since=0", headers=bea) as events:
        [own] = await take(events, 1)

    assert [row["alert"]["id"] for row in listed["alerts"]] == ["a2"]
    assert (foreign.status_code, foreign.content) == (404, unknown.content)
    assert own.data["id"] == "a2"


async def test_an_operator_sees_that_there_are_alerts_and_no_health_detail(
    api: Running, sink: AlertSink
) -> None:
    await sink.write([alert("a1", wearer="w1", priority="high")])
    operator = api.token("ops", "operator")

    listed = await api.get("/alerts", headers=operator)
    by_wearer = await api.get("/alerts?wearer=w1", headers=operator)
    by_condition = await api.get("/alerts?state=all&condition=rhythm", headers=operator)
    async with reading(api, "/alerts/stream?since=0&priority=high", headers=operator) as events:
        [seen] = await take(events, 1)

    [row] = listed["alerts"]
    assert (row["alert"]["priority"], row["alert"]["wearer"]) == ("high", "")
    assert "rhythm" not in str(listed)
    assert (by_wearer["alerts"], by_condition["alerts"]) == ([], [])
    assert seen.data == row["alert"]
