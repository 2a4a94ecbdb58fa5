"""The door by requests: who gets in, what is refused in which words, and what every answer carries."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.types import Message

from exporters.access.access import Access
from streams.errors import UserError
from tests.exporters.access.door import api, bearer, client, settings, token


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


@pytest.mark.parametrize("address", ["/me?Token={}", "/me?q={}", "/{}", "/wearers/{}"])
async def test_a_token_in_the_address_is_known_by_its_form(
    access: Access, tmp_path: Path, address: str
) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        answer = await http.get(address.format(made), headers=bearer(made))
    access.close()

    kept = (tmp_path / "audit.jsonl").read_text()
    assert (answer.status_code, made in answer.text, made in kept) == (400, False, False)


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
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}),
        ("127.0.0.1", {"CF-Connecting-IP": "192.0.2.7"}),
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


@pytest.mark.parametrize(
    ("site", "mode", "status"),
    [
        ("same-origin", "cors", 200),
        ("none", "navigate", 200),
        ("cross-site", "navigate", 200),
        ("cross-site", "no-cors", 403),
        ("cross-site", "cors", 403),
        ("same-site", "cors", 403),
    ],
)
async def test_a_page_of_another_site_may_link_here_and_no_more(
    tmp_path: Path, site: str, mode: str, status: int
) -> None:
    opened = Access.open(settings(tmp_path, api_anonymous="read"))
    async with client(opened) as http:
        answer = await http.get("/wearers/w1", headers={"Sec-Fetch-Site": site, "Sec-Fetch-Mode": mode})
    opened.close()

    assert answer.status_code == status


async def test_who_asks_by_http_1_0_may_be_a_proxy(tmp_path: Path) -> None:
    opened = Access.open(settings(tmp_path, api_anonymous="read"))
    old = {"type": "http", "http_version": "1.0", "method": "GET", "path": "/me", "query_string": b""}
    told: list[Message] = []

    async def send(message: Message) -> None:
        told.append(message)

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    await api(opened)(
        {**old, "headers": [(b"host", b"127.0.0.1")], "client": ("127.0.0.1", 1)}, receive, send
    )
    opened.close()

    assert told[0]["status"] == 401


async def test_a_socket_at_a_public_page_needs_a_token(access: Access) -> None:
    told: list[Message] = []
    asked = {"type": "websocket", "scheme": "ws", "path": "/board/main.js", "query_string": b""}

    async def send(message: Message) -> None:
        told.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    await api(access)(
        {**asked, "headers": [(b"host", b"127.0.0.1")], "client": ("127.0.0.1", 1)}, receive, send
    )

    assert [(message["type"], message["code"]) for message in told] == [("websocket.close", 1008)]


async def test_no_answer_lets_another_site_read_it(access: Access) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        answer = await http.get("/me", headers=bearer(made) | {"Origin": "http://other.example"})

    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/", "/me", "/wearers/w1", "/nothing", "/me?token=x"])
async def test_every_answer_protects_who_reads_it(access: Access, path: str) -> None:
    async with client(access) as http:
        headers = (await http.get(path)).headers

    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy
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
