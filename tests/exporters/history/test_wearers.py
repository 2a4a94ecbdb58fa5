"""The routes about wearers, at the real server; the history is filled by hand, Kafka plays no part."""

from __future__ import annotations

from contextlib import asynccontextmanager

import msgspec
import pytest

from exporters.history.history import FILE, History
from exporters.history.store import Batch, Store
from streams.records import Reading, Risk, Trace
from tests.exporters.api.serving import reading, serving, take
from tests.exporters.examples import alert
from tests.exporters.history.examples import START, STEP, row, trace
from tests.exporters.history.examples import reading as beside

NOWHERE = "127.0.0.1:1"
EVERYBODY = ()
OF_A = ("dr-1", "clinician", "a")
SELF = ("b", "wearer", "b")
OPERATOR = ("ops", "operator")


@pytest.fixture
def history(tmp_path):
    """Wearer `a` has a day of traces, a risk and two alerts; `b` has one trace."""
    history = History(Store(tmp_path / FILE), NOWHERE, keep_ms=10**10, stale_ms=1_800_000)
    fill(
        history, *(trace("a", n, hr=90.0 if n == 200 else 60.0) for n in range(288)), trace("b", 287, hr=75.0)
    )
    alerts = [
        alert("a1", wearer="a", onset=START + 200 * STEP, updated=START + 200 * STEP),
        alert("a2", 2, wearer="a", onset=START, updated=START + STEP, status="resolved"),
    ]
    risk = Risk("a", START + 287 * STEP, {"rhythm": 0.5}, "medium")
    history.store.write(Batch(alerts=alerts, risks=[("a", risk.time, msgspec.json.encode(risk))]))
    history.overview.judged("a", risk.time, risk.level)
    for one in alerts:
        history.overview.took(one)
    yield history
    history.store.close()


def fill(history, *traces):
    history.store.write(Batch(traces=[row(one) for one in traces]))
    for one in traces:
        history.overview.saw(one)


@asynccontextmanager
async def serve(url, history, who=EVERYBODY, **timing):
    """The API with this history, asked by one of the above."""
    async with serving(url, history.store.path.parent, history=history, **timing) as api:
        if who:
            api.client.headers.update(api.token(*who))
        yield api


async def test_wearers_by_risk(url, history):
    async with serve(url, history) as api:
        told = await api.get("/wearers")

    assert [one["wearer"] for one in told["wearers"]] == ["a", "b"]
    assert (told["total"], told["newest"]) == (2, START + 287 * STEP)
    assert told["wearers"][0] == {
        "wearer": "a",
        "time": START + 287 * STEP,
        "level": "medium",
        "context": "rest",
        "unusual": None,
        "strange": [],
        "unusable": {},
        "stale": False,
        "alerts": {"medium": 1},
    }
    assert told["wearers"][1]["strange"] == [
        {"signal": "hr", "value": 75.0, "usual": 60.0, "low": 50.0, "high": 70.0,
         "unit": "1/min", "change": 15.0, "spreads": 3.0}
    ]  # fmt: skip


async def test_wearers_by_name_searched_and_paged(url, history):
    fill(history, trace("b2"), trace("b3"))

    async with serve(url, history) as api:
        told = await api.get("/wearers", params={"sort": "name", "search": "b", "offset": 1, "limit": 1})

    assert ([one["wearer"] for one in told["wearers"]], told["total"]) == (["b2"], 3)


async def test_one_wearer(url, history):
    async with serve(url, history, OF_A) as api:
        told = await api.get("/wearers/a")

    assert told["row"]["wearer"] == "a"
    assert told["risk"]["risks"] == {"rhythm": 0.5}
    assert [one["id"] for one in told["alerts"]] == ["a1"]
    assert msgspec.convert(told["trace"], Trace) == trace("a", 287)


async def test_signals_of_the_last_day_with_alerts(url, history):
    async with serve(url, history, OF_A) as api:
        told = await api.get("/wearers/a/signals", params={"points": 50})

    assert len(told["time"]) <= 50
    assert max(told["signals"]["hr"]["value"]) == 90.0
    assert (told["signals"]["hr"]["unit"], told["signals"]["hr"]["name"]) == ("1/min", "heart rate")
    assert (told["first"], told["last"]) == (START, START + 287 * STEP)
    assert [(one["id"], one["end"]) for one in told["alerts"]] == [("a2", START + STEP), ("a1", None)]


async def test_signals_of_a_span_with_what_is_not_known(url, history):
    fill(history, trace("a", 288, signals={"hr": Reading(cause="off_body"), "spo2": beside(97.0)}))
    span = {"from": START + 287 * STEP, "to": START + 288 * STEP, "signals": "hr, spo2"}

    async with serve(url, history, OF_A) as api:
        told = await api.get("/wearers/a/signals", params=span)

    assert told["time"] == [START + 287 * STEP, START + 288 * STEP]
    assert (told["signals"]["hr"]["value"], told["signals"]["hr"]["cause"]) == (
        [60.0, None],
        ["", "off_body"],
    )
    assert told["signals"]["spo2"]["value"] == [None, 97.0]
    assert [one["id"] for one in told["alerts"]] == ["a1"]


@pytest.mark.parametrize("path", ["/wearers/{}", "/wearers/{}/signals"])
async def test_a_foreign_wearer_is_as_unknown_as_one_that_does_not_exist(url, history, path):
    async with serve(url, history, OF_A) as api:
        foreign, unknown = [await api.client.get(path.format(name)) for name in ("b", "nobody")]

    assert foreign.status_code == unknown.status_code == 404
    assert foreign.content == unknown.content


@pytest.mark.parametrize(("who", "names"), [(OF_A, ["a"]), (SELF, ["b"]), (EVERYBODY, ["a", "b"])])
async def test_lists_hold_ones_own_wearers(url, history, who, names):
    async with serve(url, history, who) as api:
        told = await api.get("/wearers")

    assert ([one["wearer"] for one in told["wearers"]], told["total"]) == (names, len(names))


async def test_an_operator_sees_staleness_alone(url, history):
    fill(history, trace("b", 287, hr=99.0, unusual=0.75, level="low"))

    async with serve(url, history, OPERATOR) as api:
        told = await api.get("/wearers")
        refused = [await api.client.get(path) for path in ("/wearers/a", "/wearers/x", "/wearers/a/signals")]

    assert told["wearers"][1] == {
        "wearer": "b", "time": START + 287 * STEP, "level": None, "context": "", "unusual": None,
        "strange": [], "unusable": {}, "stale": False, "alerts": {},
    }  # fmt: skip
    assert {one.status_code for one in refused} == {403}


@pytest.mark.parametrize(
    "asked",
    [
        "/wearers?sort=age",
        "/wearers?limit=0",
        "/wearers/a/signals?points=1",
        "/wearers/a/signals?signals=mood",
        "/wearers/a/signals?from=now",
        "/wearers/a/signals?from=2&to=1",
        "/wearers/stream?since=x",
    ],
)
async def test_a_query_that_can_not_be_meant_is_told_in_one_line(url, history, asked):
    async with serve(url, history) as api:
        answer = await api.client.get(asked)

    assert answer.status_code == 422
    assert list(answer.json()) == ["error"]


async def test_the_stream_tells_changed_rows_once_and_only_ones_own(url, history):
    async with serve(url, history, OF_A) as api, reading(api, "/wearers/stream") as events:
        [beat] = await take(events, 1, "heartbeat")
        fill(history, trace("a", 288), trace("b", 288), trace("a", 289))
        [changed] = await take(events, 1, "wearers")
        fill(history, trace("b", 290), trace("a", 290))
        [again] = await take(events, 1, "wearers")

    assert (beat.data["newest"], beat.data["source"]) == (START + 287 * STEP, "away")
    assert [(one["wearer"], one["time"]) for one in changed.data] == [("a", START + 289 * STEP)]
    assert [(one["wearer"], one["time"]) for one in again.data] == [("a", START + 290 * STEP)]


async def test_the_stream_goes_on_where_the_list_ended(url, history):
    async with serve(url, history) as api:
        listed = await api.get("/wearers")
        fill(history, trace("b", 288))
        async with reading(api, "/wearers/stream", params={"since": listed["version"]}) as events:
            [changed] = await take(events, 1, "wearers")
        fill(history, trace("a", 288))
        async with reading(api, "/wearers/stream", headers={"last-event-id": changed.id}) as events:
            [after] = await take(events, 1, "wearers")

    assert [one["wearer"] for one in changed.data] == ["b"]
    assert [one["wearer"] for one in after.data] == ["a"]


@pytest.mark.parametrize("seen", ["17-3", "nonsense", "17-" + "9" * 5000])
async def test_after_a_restart_the_stream_tells_everything(url, history, seen):
    async with (
        serve(url, history) as api,
        reading(api, "/wearers/stream", headers={"last-event-id": seen}) as events,
    ):
        [changed] = await take(events, 1, "wearers")

    assert {one["wearer"] for one in changed.data} == {"a", "b"}


async def test_heartbeats_go_on_when_nothing_happens(url, history):
    async with (
        serve(url, history, heartbeat_s=0.1) as api,
        reading(api, "/wearers/stream") as events,
    ):
        beats = await take(events, 3, "heartbeat")

    assert [beat.data["time"] for beat in beats] == sorted({beat.data["time"] for beat in beats})


async def test_a_stop_of_the_server_ends_the_stream(url, history):
    async with serve(url, history) as api, reading(api, "/wearers/stream") as events:
        await take(events, 1, "heartbeat")
        api.server.stop()

        assert [one async for one in events] == []


async def test_a_disk_that_fails_is_told_in_one_line(url, history, tmp_path):
    history.store.close()
    for part in tmp_path.iterdir():
        part.unlink()
    (tmp_path / FILE).mkdir()

    async with serve(url, history) as api:
        answer = await api.client.get("/wearers/a/signals")

    assert answer.status_code == 503
    assert "try again" in answer.json()["error"]
