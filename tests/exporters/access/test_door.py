"""The door by requests: who gets in, what is refused in which words, and what every answer carries."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from exporters.access.access import Access
from exporters.access.limits import Limits, Rate
from streams.errors import UserError
from tests.exporters.access.door import bearer, client, settings, token

REASON = {"reason": "unconscious in the emergency room", "minutes": 5}


def rows(access: Access) -> list[tuple[str, str, str | None, str]]:
    access.audit.close()
    return [(row.who, row.action, row.wearer, row.outcome) for row in reversed(access.audit.newest(100))]


async def test_a_token_opens_the_door(access: Access) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        answer = await http.get("/wearers/w1", headers=bearer(made))

    assert answer.json() == {"wearer": "w1", "by": "dr-a"}


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer ",
        "Basic dXNlcjpwYXNz",
        "Bearer vs_unknown",
        "Bearer a.b.c",
        "Bearer \x7f",
        "vs_x",
    ],
)
async def test_what_is_no_token_is_refused_in_one_line(access: Access, header: str) -> None:
    async with client(access) as http:
        answer = await http.get("/me", headers={"Authorization": header})

    assert (answer.status_code, list(answer.json())) == (401, ["error"])


async def test_two_tokens_at_once_are_refused(access: Access) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        answer = await http.get("/me", headers=[("Authorization", f"Bearer {made}")] * 2)

    assert answer.status_code == 401


@pytest.mark.parametrize("name", ["token", "access_token"])
async def test_a_token_in_the_address_is_refused(access: Access, name: str) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        answer = await http.get(f"/me?{name}={made}", headers=bearer(made))

    assert (answer.status_code, made in answer.text) == (400, False)


async def test_a_revoked_token_is_refused_at_once(access: Access) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        before = await http.get("/me", headers=bearer(made))
        access.tokens.remove(access.tokens.find("dr-a"))
        after = await http.get("/me", headers=bearer(made))

    assert (before.status_code, after.status_code) == (200, 401)


async def test_a_damaged_file_of_tokens_is_a_503_without_its_path(access: Access, tmp_path: Path) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    (tmp_path / "access.json").write_text("{")
    async with client(access) as http:
        answer = await http.get("/me", headers=bearer(made))

    assert (answer.status_code, str(tmp_path) in answer.text) == (503, False)


async def test_public_pages_need_no_token(access: Access) -> None:
    async with client(access) as http:
        answers = [await http.get(path) for path in ("/", "/health")]

    assert [answer.status_code for answer in answers] == [200, 200]


# --- anonymous ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("mode", "read", "answer"), [("off", 401, 401), ("read", 200, 403), ("answer", 200, 200)]
)
async def test_what_who_shows_no_token_may_do_here(tmp_path: Path, mode: str, read: int, answer: int) -> None:
    opened = Access.open(settings(tmp_path, api_anonymous=mode))
    async with client(opened) as http:
        got = (await http.get("/wearers/w2")).status_code, (await http.post("/wearers/w2/answer")).status_code
    opened.close()

    assert got == (read, answer)


@pytest.mark.parametrize(
    ("address", "headers"),
    [
        ("192.0.2.7", {}),
        ("127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}),
        ("127.0.0.1", {"Forwarded": "for=192.0.2.7"}),
        ("127.0.0.1", {"Via": "1.1 proxy"}),
        ("127.0.0.1", {"Authorization": "Bearer vs_wrong"}),
    ],
)
async def test_nobody_else_is_anonymous(tmp_path: Path, address: str, headers: dict[str, str]) -> None:
    opened = Access.open(settings(tmp_path, api_anonymous="answer"))
    async with client(opened, address) as http:
        answer = await http.get("/wearers/w1", headers=headers)
    opened.close()

    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bind": "0.0.0.0"}, "VITALSTREAM_API_TLS_CERT"),
        ({"bind": "192.0.2.1", "api_anonymous": "read"}, "VITALSTREAM_API_TLS_CERT"),
        ({"bind": "0.0.0.0", "api_tls_cert": "c.pem", "api_anonymous": "read"}, "loopback without TLS alone"),
        ({"api_tls_cert": "c.pem", "api_anonymous": "read"}, "loopback without TLS alone"),
        ({"oidc_issuer": "http://issuer.example"}, "https"),
    ],
)
def test_settings_that_would_open_it_to_others_are_refused(
    tmp_path: Path, changes: dict[str, str], said: str
) -> None:
    with pytest.raises(UserError, match=said):
        Access.open(settings(tmp_path, **changes))


# --- where a request comes from ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:8000", 200),
        ("localhost:8000", 200),
        ("LOCALHOST", 200),
        ("[::1]:8000", 200),
        ("127.0.0.2:1", 200),
        ("rebound.example:8000", 421),
        ("localhost.rebound.example", 421),
        ("127.0.0.1.rebound.example:8000", 421),
        ("", 421),
    ],
)
async def test_only_names_of_this_machine_are_answered(access: Access, host: str, status: int) -> None:
    async with client(access) as http:
        answer = await http.get("/health", headers={"Host": host})

    assert answer.status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Origin": "http://127.0.0.1:8000"}, 200),
        ({"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "http://127.0.0.1:9000"}, 403),
        ({"Origin": "http://other.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": ""}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
    ],
)
async def test_pages_of_other_sites_can_not_answer(
    access: Access, headers: dict[str, str], status: int
) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        answer = await http.post("/wearers/w1/answer", headers=bearer(made) | headers)

    assert answer.status_code == status


async def test_no_answer_lets_another_site_read_it(access: Access) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        answer = await http.get("/me", headers=bearer(made) | {"Origin": "http://other.example"})

    assert not [name for name in answer.headers if name.startswith("access-control")]


# --- headers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/me", "/wearers/w1", "/nothing", "/me?token=x"])
async def test_every_answer_protects_who_reads_it(access: Access, path: str) -> None:
    async with client(access) as http:
        headers = (await http.get(path)).headers

    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert (headers["x-content-type-options"], headers["referrer-policy"]) == ("nosniff", "no-referrer")


async def test_data_are_kept_by_no_cache(access: Access) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        answer = await http.get("/wearers/w1", headers=bearer(made))

    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("tls", "told"), [(None, False), ("cert.pem", True)])
async def test_browsers_are_held_to_tls_where_there_is_tls(
    tmp_path: Path, tls: str | None, told: bool
) -> None:
    opened = Access.open(settings(tmp_path, api_tls_cert=tls))
    async with client(opened) as http:
        headers = (await http.get("/health")).headers
    opened.close()

    assert ("strict-transport-security" in headers) == told


# --- rates -------------------------------------------------------------------------------------------


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


# --- the record --------------------------------------------------------------------------------------


async def test_reads_answers_and_refusals_are_recorded(access: Access) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        await http.get("/wearers/w1", headers=bearer(made))
        await http.post("/wearers/w1/answer", headers=bearer(made))
        await http.get("/wearers/w2", headers=bearer(made))
        await http.get("/me", headers=bearer("vs_wrong"))

    assert rows(access) == [
        ("dr-a", "read", "w1", "done"),
        ("dr-a", "answer", "w1", "done"),
        ("dr-a", "request", None, "refused"),
        ("unknown", "request", None, "refused"),
    ]


async def test_the_record_holds_no_token(access: Access, tmp_path: Path) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        await http.get("/wearers/w1", headers=bearer(made))
        await http.get(f"/me?token={made}", headers=bearer(made))
        await http.get("/me", headers=bearer("vs_wrong-but-perhaps-almost-right"))
    access.close()

    log = (tmp_path / "audit.jsonl").read_text()
    assert (made in log, "almost-right" in log) == (False, False)


async def test_asking_without_a_token_again_and_again_is_recorded_once_a_minute(access: Access) -> None:
    async with client(access) as http:
        for _ in range(20):
            await http.get("/me")

    assert rows(access) == [("unknown", "request", None, "refused")]


async def test_nothing_is_shown_or_done_without_a_record(access: Access, tmp_path: Path) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    (tmp_path / "audit.jsonl").mkdir()
    async with client(access) as http:
        answer = await http.post("/wearers/w1/answer", headers=bearer(made))
        read = await http.get("/wearers/w1", headers=bearer(made))

    assert (answer.status_code, read.status_code) == (503, 503)


async def test_an_admin_reads_the_record(access: Access) -> None:
    made = token(access, "root", "admin")
    reader = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        for _ in range(3):
            await http.get("/wearers/w1", headers=bearer(reader))
        access.audit.close()
        first = (await http.get("/audit?limit=2", headers=bearer(made))).json()
        access.audit.close()
        second = (await http.get(f"/audit?limit=2&before={first['next']}", headers=bearer(made))).json()

    assert [row["wearer"] for row in second["rows"]] == ["w1", "w1"]
    assert second["next"] is None


# --- break-glass -------------------------------------------------------------------------------------


async def test_break_glass_opens_one_foreign_wearer_to_one_clinician(access: Access) -> None:
    a, b = token(access, "dr-a", "clinician", "w1"), token(access, "dr-b", "clinician", "w1")
    async with client(access) as http:
        opened = await http.post("/wearers/w2/break-glass", headers=bearer(a), json=REASON)
        got = [(await http.get("/wearers/w2", headers=bearer(who))).status_code for who in (a, b)]

    assert (opened.status_code, got) == (201, [200, 404])


async def test_break_glass_is_recorded_with_its_reason_before_it_works(access: Access) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        await http.post("/wearers/w2/break-glass", headers=bearer(made), json=REASON)

    row = access.audit.newest(1)[0]
    assert (row.action, row.wearer, row.detail["reason"]) == ("break_glass", "w2", REASON["reason"])


async def test_break_glass_ends_by_itself(tmp_path: Path) -> None:
    now = [1_000_000.0]
    opened = Access.open(settings(tmp_path), clock=lambda: now[0])
    made = token(opened, "dr-a", "clinician", "w1")
    async with client(opened) as http:
        await http.post("/wearers/w2/break-glass", headers=bearer(made), json=REASON)
        got = []
        for now[0] in (1_000_299.0, 1_000_301.0):
            got.append((await http.get("/wearers/w2", headers=bearer(made))).status_code)
    opened.close()

    assert got == [200, 404]


async def test_break_glass_survives_a_restart(access: Access, tmp_path: Path) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        await http.post("/wearers/w2/break-glass", headers=bearer(made), json=REASON)
    again = Access.open(settings(tmp_path))
    async with client(again) as http:
        answer = await http.get("/wearers/w2", headers=bearer(made))
        me = (await http.get("/me", headers=bearer(made))).json()
    again.close()

    assert (answer.status_code, [one["wearer"] for one in me["break_glass"]]) == (200, ["w2"])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"reason": "short"}, 422),
        ({"reason": " " * 20}, 422),
        ({"reason": "x" * 201}, 422),
        ({"reason": "long enough a reason", "minutes": 61}, 422),
        ({"reason": "long enough a reason", "minutes": 0}, 422),
        ({"reason": "long enough a reason", "hours": 1}, 422),
        ({"reason": "x" * 5000}, 413),
    ],
)
async def test_break_glass_wants_a_reason_and_minutes(
    access: Access, body: dict[str, object], status: int
) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        answer = await http.post("/wearers/w2/break-glass", headers=bearer(made), json=body)
        after = await http.get("/wearers/w2", headers=bearer(made))

    assert (answer.status_code, after.status_code) == (status, 404)


async def test_no_clinician_opens_everybody(access: Access) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        got = [
            (await http.post(f"/wearers/p{i}/break-glass", headers=bearer(made), json=REASON)).status_code
            for i in range(11)
        ]

    assert got == [201] * 10 + [409]


async def test_break_glass_without_a_record_does_not_open(access: Access, tmp_path: Path) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    (tmp_path / "audit.jsonl").mkdir()
    async with client(access) as http:
        answer = await http.post("/wearers/w2/break-glass", headers=bearer(made), json=REASON)

    assert (answer.status_code, access.glass.running()) == (503, [])


async def test_a_damaged_file_of_openings_opens_nothing(access: Access, tmp_path: Path) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    (tmp_path / "break-glass.json").write_text("[{")
    async with client(access) as http:
        own = await http.get("/wearers/w1", headers=bearer(made))
        foreign = await http.get("/wearers/w2", headers=bearer(made))
        opened = await http.post("/wearers/w2/break-glass", headers=bearer(made), json=REASON)

    assert (own.status_code, foreign.status_code, opened.status_code) == (200, 404, 503)
