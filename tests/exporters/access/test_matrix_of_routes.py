"""The access matrix at the real API over sockets, with answers that reach Kafka: every role and route."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from starlette.routing import Mount, Route, WebSocketRoute
from websockets.asyncio.client import connect

from exporters.alerts.sink import AlertSink
from exporters.history.history import FILE, History
from exporters.history.store import Batch, Store
from streams.records import Snooze
from streams.stack import LocalStack
from tests.exporters.api.serving import Running, reading, serving, take
from tests.exporters.examples import alert
from tests.exporters.history.examples import row, trace
from tests.streams.engine.harness import fresh_topics

NOWHERE = "127.0.0.1:1"
# The alert of w1, that of w2, and one that there is not; and so for the wearers.
ALERTS, WEARERS = ("own-alert", "foreign-alert", "no-alert"), ("w1", "w2", "w9")
ABOUT_ONE: dict[tuple[str, str], tuple[str, ...]] = {
    ("GET", "/alerts/{id}"): ALERTS,
    ("GET", "/alerts/{id}/history"): ALERTS,
    ("POST", "/alerts/{id}/acknowledge"): ALERTS,
    ("POST", "/alerts/{id}/snooze"): ALERTS,
    ("POST", "/alerts/{id}/feedback"): ALERTS,
    ("GET", "/wearers/{wearer}"): WEARERS,
    ("GET", "/wearers/{wearer}/signals"): WEARERS,
    ("POST", "/wearers/{wearer}/break-glass"): WEARERS,
}
ABOUT_SEVERAL = ("/alerts", "/silences", "/wearers", "/me", "/audit")
STREAMS = ("/alerts/stream", "/wearers/stream", "/alerts/socket")
PUBLIC = ("/", "/health", "/ready", "/openapi.json")
BODIES: dict[str, dict[str, Any]] = {
    "acknowledge": {},
    "snooze": {"minutes": 5},
    "feedback": {"useful": True},
    "break-glass": {"reason": "unconscious in the emergency room", "minutes": 5},
}

Cells = dict[tuple[str, str], tuple[int, ...]]
READS = tuple(key for key in ABOUT_ONE if key[0] == "GET")
ANSWERS = tuple(key for key in ABOUT_ONE if key[0] == "POST" and "alerts" in key[1])
BREAK_GLASS = ("POST", "/wearers/{wearer}/break-glass")


def cells(read: tuple[int, ...], answer: tuple[int, ...], break_glass: tuple[int, ...]) -> Cells:
    """What is expected of an own one, another's, and none, for each route about one."""
    return {**dict.fromkeys(READS, read), **dict.fromkeys(ANSWERS, answer), BREAK_GLASS: break_glass}


# Nobody by name may see: one of another is answered like one that there is not.
NEVER = (403, 403, 403)
OWN = cells((200, 404, 404), (202, 404, 404), NEVER)
ONE_BY_ONE: dict[str, Cells] = {
    "wearer": OWN,
    "clinician": OWN | {BREAK_GLASS: (201, 201, 201)},
    "operator": cells(NEVER, NEVER, NEVER),
    "admin": cells(NEVER, NEVER, NEVER),
    "anonymous": cells((200, 200, 404), (202, 202, 404), NEVER),
    "nobody": cells((401, 401, 401), (401, 401, 401), (401, 401, 401)),
}
SEVERAL: dict[str, tuple[int, ...]] = {
    #            /alerts /silences /wearers /me /audit
    "wearer": (200, 200, 200, 200, 403),
    "clinician": (200, 200, 200, 200, 403),
    "operator": (200, 200, 200, 200, 403),
    "admin": (200, 200, 200, 200, 200),
    "anonymous": (200, 200, 200, 200, 403),
    "nobody": (401, 401, 401, 401, 401),
}
# Whose alerts and whose rows are in lists and streams.
SEEN: dict[str, tuple[set[str], set[str]]] = {
    "wearer": ({"w1"}, {"w1"}),
    "clinician": ({"w1"}, {"w1"}),
    "operator": ({""}, {"w1", "w2"}),
    "admin": ({""}, {"w1", "w2"}),
    "anonymous": ({"w1", "w2"}, {"w1", "w2"}),
}
ROLES = tuple(ONE_BY_ONE)
LET_IN = tuple(SEEN)


@pytest.fixture
def history(tmp_path: Path) -> Iterator[History]:
    history = History(Store(tmp_path / FILE), NOWHERE, keep_ms=10**10, stale_ms=1_800_000)
    for one in (trace("w1"), trace("w2")):
        history.store.write(Batch(traces=[row(one)]))
        history.overview.saw(one)
    yield history
    history.store.close()


@pytest.fixture
async def api(stack: LocalStack, redis_url: str, history: History, tmp_path: Path) -> AsyncIterator[Running]:
    fresh_topics(stack.broker)
    sink = AlertSink.connect(redis_url, trim_s=3600)
    snoozed = alert(ALERTS[0], wearer="w1", status="snoozed", snooze=Snooze(2_000_000_000_000, "dr-a"))
    await sink.write([snoozed, alert(ALERTS[1], wearer="w2")])
    await sink.close()
    async with serving(redis_url, tmp_path, broker=stack.broker, history=history) as running:
        yield running


def headers(api: Running, role: str) -> dict[str, str]:
    match role:
        case "anonymous":
            return {}
        case "nobody":
            return {"Authorization": "Bearer vs_not-a-token"}
        case "wearer" | "clinician":
            return api.token("someone", role, "w1")
        case _:
            return api.token("someone", role)  # type: ignore[arg-type]


async def ask(api: Running, method: str, path: str, one: str, who: dict[str, str]) -> httpx.Response:
    where = path.format(id=one, wearer=one)
    body = BODIES.get(path.rpartition("/")[2])
    return await api.client.request(method, where, headers=who, json=body if method == "POST" else None)


@pytest.mark.parametrize("role", ROLES)
async def test_each_route_about_one_alert_or_wearer(api: Running, role: str) -> None:
    who = headers(api, role)

    # Break-glass comes last: it changes what the others give.
    got = {
        (method, path): tuple([(await ask(api, method, path, one, who)).status_code for one in ones])
        for (method, path), ones in ABOUT_ONE.items()
    }

    assert got == ONE_BY_ONE[role]


@pytest.mark.parametrize("role", ROLES)
async def test_each_route_about_several(api: Running, role: str) -> None:
    who = headers(api, role)

    got = tuple([(await api.client.get(path, headers=who)).status_code for path in ABOUT_SEVERAL])

    assert got == SEVERAL[role]


@pytest.mark.parametrize("role", LET_IN)
async def test_lists_hold_what_the_role_may_see(api: Running, role: str) -> None:
    who = headers(api, role)

    alerts = await api.get("/alerts?state=all", headers=who)
    wearers = await api.get("/wearers", headers=who)

    seen = {one["alert"]["wearer"] for one in alerts["alerts"]}, {one["wearer"] for one in wearers["wearers"]}
    assert seen == SEEN[role]


@pytest.mark.parametrize("role", LET_IN)
async def test_streams_hold_what_the_role_may_see(api: Running, role: str) -> None:
    who, (whose, rows) = headers(api, role), SEEN[role]
    count = 2 if role in ("operator", "admin", "anonymous") else 1

    async with reading(api, "/alerts/stream?since=0", headers=who) as events:
        alerts = {one.data["wearer"] for one in await take(events, count)}
    async with reading(api, "/wearers/stream?since=1-1", headers=who) as events:
        wearers = {one["wearer"] for told in await take(events, 1, "wearers") for one in told.data}
    address = api.address.replace("http", "ws") + "/alerts/socket?since=0"
    async with asyncio.timeout(60), connect(address, additional_headers=who) as socket:
        told = [msgspec.json.decode(await socket.recv()) for _ in range(count + 1)]

    by_socket = {one["data"]["wearer"] for one in told if one["event"] == "alert"}
    assert (alerts, by_socket, wearers) == (whose, whose, rows)


@pytest.mark.parametrize("role", ["operator", "admin"])
async def test_no_health_detail_is_in_what_these_roles_get(api: Running, role: str) -> None:
    who = headers(api, role)

    got = [(await api.client.get(f"{path}?state=all" if path == "/alerts" else path, headers=who)).text
           for path in ("/alerts", "/wearers", "/silences")]  # fmt: skip

    assert [word for word in ("fibrillation", "rhythm", "118", '"hr"', *ALERTS) if word in got[0]] == []
    assert [word for word in ('"hr"', "rest", "60.0", '"high"', '"none"') if word in got[1]] == []
    assert msgspec.json.decode(got[2]) == {"silences": []}


@pytest.mark.parametrize("role", ["wearer", "clinician"])
@pytest.mark.parametrize(("method", "path"), [key for key in ABOUT_ONE if key != BREAK_GLASS])
async def test_another_s_is_answered_like_one_that_there_is_not(
    api: Running, role: str, method: str, path: str
) -> None:
    who = headers(api, role)

    _own, foreign, unknown = [await ask(api, method, path, one, who) for one in ABOUT_ONE[method, path]]

    assert (foreign.status_code, foreign.content) == (unknown.status_code, unknown.content)
    assert _without_date(foreign) == _without_date(unknown)


@pytest.mark.parametrize(("method", "path"), ABOUT_ONE)
async def test_each_route_about_one_says_in_the_audit_log_whose_data_it_was(
    api: Running, method: str, path: str
) -> None:
    who = headers(api, "clinician")

    await ask(api, method, path, ABOUT_ONE[method, path][0], who)

    api.access.audit.close()
    action = {"GET": "read", "POST": "answer"}[method] if (method, path) != BREAK_GLASS else "break_glass"
    assert [(row.who, row.action, row.wearer) for row in api.access.audit.newest(9)] == [
        ("someone", action, "w1")
    ]


@pytest.mark.parametrize("path", ["/alerts", "/silences", "/wearers"])
async def test_each_list_is_in_the_audit_log(api: Running, path: str) -> None:
    await api.get(path, headers=headers(api, "clinician"))

    api.access.audit.close()
    assert [(row.who, row.action) for row in api.access.audit.newest(9)] == [("someone", "read")]


async def test_break_glass_opens_every_route_of_a_wearer(api: Running) -> None:
    who = headers(api, "clinician")

    await ask(api, *BREAK_GLASS, "w2", who)

    got = {key: (await ask(api, *key, ones[1], who)).status_code for key, ones in ABOUT_ONE.items()}
    assert got == {**dict.fromkeys(READS, 200), **dict.fromkeys(ANSWERS, 202), BREAK_GLASS: 201}


async def test_public_routes_need_nobody(api: Running) -> None:
    who = headers(api, "nobody")

    got = [(await api.client.get(path, headers=who)).status_code for path in PUBLIC]

    assert got == [200, 200, 200, 200]


def test_no_route_is_missing_here(api: Running) -> None:
    routes = api.server._app.routes
    there = {route.path for route in routes if isinstance(route, Route | WebSocketRoute)}
    mounted = {route.path for route in routes if isinstance(route, Mount)}

    here = {path for _, path in ABOUT_ONE} | {*ABOUT_SEVERAL, *STREAMS, *PUBLIC}
    assert (there, mounted) == (here, {"/board"})


def _without_date(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name != "date"}
