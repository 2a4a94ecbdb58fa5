"""How often one may ask at the door, and who is held up by whom."""

from __future__ import annotations

from pathlib import Path

import httpx

from exporters.access.access import Access
from exporters.access.limits import Limits, Rate
from tests.exporters.access.door import bearer, client, settings, token


def limited(folder: Path, limits: Limits) -> Access:
    return Access.open(settings(folder), limits=limits)


SLOW = Rate(per_s=0.01, burst=3)
WIDE = Rate(per_s=1000, burst=1000)


async def asked(http: httpx.AsyncClient, made: str, times: int) -> list[int]:
    return [(await http.get("/me", headers=bearer(made))).status_code for _ in range(times)]


async def test_one_person_may_not_ask_too_often_and_others_are_not_held_up(tmp_path: Path) -> None:
    opened = limited(tmp_path, Limits(principal=SLOW, address=WIDE))
    a, b = token(opened, "dr-a", "clinician", "w1"), token(opened, "dr-b", "clinician", "w1")
    async with client(opened) as http:
        got = await asked(http, a, 5), await asked(http, b, 1)
    opened.close()

    assert got == ([200, 200, 200, 429, 429], [200])


async def test_who_asked_too_often_is_told_when_to_come_again(tmp_path: Path) -> None:
    opened = limited(tmp_path, Limits(principal=Rate(per_s=0.1, burst=1), address=WIDE))
    made = token(opened, "dr-a", "clinician", "w1")
    async with client(opened) as http:
        await asked(http, made, 1)
        answer = await http.get("/me", headers=bearer(made))
    opened.close()

    assert answer.headers["retry-after"] == "10"
    assert answer.json() == {"error": "too many requests: wait 10 s"}


async def test_failed_logins_count_more_and_hold_up_their_address_alone(tmp_path: Path) -> None:
    opened = limited(tmp_path, Limits(address=Rate(per_s=0.01, burst=100), failure=60))
    made = token(opened, "dr-a", "clinician", "w1")
    async with client(opened, "127.0.0.1") as here, client(opened, "127.0.0.2") as there:
        failed = await asked(here, "vs_wrong", 3)
        # Each client of this test has a door of its own: the same door is asked from another address.
        there._transport = httpx.ASGITransport(app=here._transport.app, client=("127.0.0.2", 1))  # type: ignore[attr-defined]
        got = await asked(here, made, 1), await asked(there, made, 1)
    opened.close()

    assert (failed, got) == ([401, 401, 429], ([429], [200]))


async def test_tokens_in_addresses_are_held_up_like_all_else_and_recorded_once(tmp_path: Path) -> None:
    opened = limited(tmp_path, Limits(address=Rate(per_s=0.01, burst=3)))
    async with client(opened) as http:
        got = [(await http.get("/me?token=x")).status_code for _ in range(5)]
    opened.close()

    outcomes = [row.detail["status"] for row in opened.audit.newest(10)]
    assert (got, sorted(outcomes)) == ([400, 400, 400, 429, 429], ["400", "429"])
