"""Alerts as they are, over a real server: the list, one with its card, and errors in one line."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import count
from typing import Any

import pytest
from redis.asyncio import Redis

from exporters.access.principal import Principal
from exporters.alerts.sink import AlertSink
from exporters.api.listing import listed
from exporters.api.shapes import AlertsQuery
from exporters.api.store import Facts, Store
from tests.exporters.api.serving import Running
from tests.exporters.examples import alert

EVERYBODYS = Principal("nurse-2", "clinician", None)


def ids(answer: dict[str, Any]) -> list[tuple[str, int]]:
    return [(row["alert"]["id"], row["alert"]["revision"]) for row in answer["alerts"]]


async def test_open_alerts_are_listed_as_they_are_now_the_last_changed_first(
    api: Running, sink: AlertSink
) -> None:
    await sink.write([alert("a1"), alert("a2"), alert("a1", 2, status="escalated", priority="high")])
    await sink.write([alert("a3"), alert("a3", 2, status="resolved")])

    answer = await api.get("/alerts")

    assert ids(answer) == [("a1", 2), ("a2", 1)]
    assert answer["next"] is None
    assert answer["newest"] > answer["alerts"][0]["stream_id"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("priority=high", ["a2"]),
        ("wearer=w2", ["a3"]),
        ("condition=fever", ["a3"]),
        ("status=resolved&state=all", ["a4"]),
        ("state=all", ["a4", "a3", "a2", "a1"]),
        ("wearer=nobody", []),
    ],
)
async def test_a_list_is_filtered(api: Running, sink: AlertSink, query: str, expected: list[str]) -> None:
    await sink.write([
        alert("a1"), alert("a2", priority="high"), alert("a3", wearer="w2", condition="fever"),
        alert("a4"), alert("a4", 2, status="resolved"),
    ])  # fmt: skip

    assert [name for name, _ in ids(await api.get(f"/alerts?{query}"))] == expected


@pytest.mark.parametrize("state", ["open", "all"])
async def test_pages_follow_each_other_without_a_hole(api: Running, sink: AlertSink, state: str) -> None:
    await sink.write([alert(f"a{i}") for i in range(7)])
    found, before = [], ""
    while True:
        page = await api.get(f"/alerts?state={state}&limit=3{before}")
        found += [name for name, _ in ids(page)]
        if page["next"] is None:
            break
        before = f"&before={page['next']}"

    assert found == [f"a{i}" for i in reversed(range(7))]


async def test_pages_end_although_alerts_change_while_they_are_read(url: str, sink: AlertSink) -> None:
    class Busy(Store):
        async def open_alerts(self, wearers: Iterable[str] | None) -> list[Facts]:
            found = await super().open_alerts(wearers)
            await sink.write([alert(fact.id, next(revisions)) for fact in found])
            return found

    await sink.write([alert("a1"), alert("a2"), alert("a3")])
    store, revisions, pages = Busy.connect(url), count(2), []
    before: str | None = None
    for _ in range(9):
        page = await listed(store, EVERYBODYS, AlertsQuery(limit=1, before=before))
        pages.append([row.alert.id for row in page.alerts])
        if (before := page.next) is None:
            break
    await store.close()

    # The others stood behind the page when they changed: the stream from `newest` on tells them.
    assert pages == [["a3"], []]


async def test_of_an_alert_that_was_over_long_ago_the_last_revision_is_listed(
    api: Running, sink: AlertSink, valkey: Redis
) -> None:
    await sink.write([alert("a1"), alert("a1", 2), alert("a1", 3, status="resolved")])
    await valkey.delete("vitalstream:alert:a1")  # as when nothing is written for long: nothing is trimmed

    assert ids(await api.get("/alerts?state=all")) == [("a1", 3)]


async def test_one_alert_comes_with_its_card_in_words(api: Running, sink: AlertSink) -> None:
    await sink.write([alert("a1")])

    answer = await api.get("/alerts/a1?language=zh&voice=clinician")
    page = await api.client.get("/alerts/a1", headers={"Accept": "text/html"})
    text = await api.client.get("/alerts/a1", headers={"Accept": "text/plain"})

    assert (answer["alert"]["id"], answer["card"]["language"], answer["card"]["voice"]) == (
        "a1",
        "zh",
        "clinician",
    )
    assert page.text.startswith("<!doctype html>")
    assert "style-src 'unsafe-inline'" in page.headers["Content-Security-Policy"]
    assert page.headers["Cache-Control"] == text.headers["Cache-Control"] == "no-store"
    assert "Irregular rhythm" in text.text


@pytest.mark.parametrize(
    ("path", "status", "says"),
    [
        ("/alerts/nobody", 404, "no such alert"),
        ("/alerts?priority=urgent", 422, "priority: send one of high, info, low, medium"),
        ("/alerts?before=yesterday", 422, "before"),
        ("/alerts?before=99999999999999999999-0", 422, "before"),
        ("/alerts?colour=red", 422, "not known here: send some of"),
        ("/alerts?priority=null", 422, "priority"),
        ("/wearers/w1/signals?from=null", 422, "from"),
        ("/alerts?limit=0", 422, "limit"),
        ("/alerts?limit=1&limit=2", 422, "limit is given more than once"),
        ("/alerts/stream?since=now", 422, "since"),
        ("/nothing", 404, "openapi.json"),
    ],
)
async def test_what_is_wrong_is_said_in_one_line(api: Running, path: str, status: int, says: str) -> None:
    answer = await api.client.get(path)

    assert answer.status_code == status
    assert says in answer.json()["error"]
    assert "\n" not in answer.json()["error"]
