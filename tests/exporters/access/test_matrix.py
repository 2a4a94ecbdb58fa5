"""The access matrix by real requests: each role, each action, to one's own, another's, an unknown wearer."""

from __future__ import annotations

import pytest

from exporters.access.access import Access
from exporters.access.principal import ROLES, Role
from tests.exporters.access.door import bearer, client, token

WEARERS: dict[Role, tuple[str, ...]] = {
    "wearer": ("w1",),
    "clinician": ("w1",),
    "operator": (),
    "admin": (),
}
REASON = {"reason": "unconscious in the emergency room", "minutes": 5}
# Status for an own wearer (w1), another's (w2), one that does not exist (w3).
ABOUT_A_WEARER: dict[tuple[str, str], dict[Role, tuple[int, int, int]]] = {
    ("GET", "/wearers/{}"): {
        "wearer": (200, 404, 404),
        "clinician": (200, 404, 404),
        "operator": (403, 403, 403),
        "admin": (403, 403, 403),
    },
    ("POST", "/wearers/{}/answer"): {
        "wearer": (200, 404, 404),
        "clinician": (200, 404, 404),
        "operator": (403, 403, 403),
        "admin": (403, 403, 403),
    },
    ("POST", "/wearers/{}/break-glass"): {
        "wearer": (403, 403, 403),
        "clinician": (201, 201, 201),
        "operator": (403, 403, 403),
        "admin": (403, 403, 403),
    },
}
ABOUT_NOBODY: dict[str, dict[Role, int]] = {
    "/me": {"wearer": 200, "clinician": 200, "operator": 200, "admin": 200},
    "/system": {"wearer": 403, "clinician": 403, "operator": 200, "admin": 200},
    "/audit": {"wearer": 403, "clinician": 403, "operator": 403, "admin": 200},
}


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("method", "path"), ABOUT_A_WEARER)
async def test_what_each_role_may_do_to_a_wearer(access: Access, role: Role, method: str, path: str) -> None:
    headers = bearer(token(access, "someone", role, *WEARERS[role]))
    async with client(access) as http:
        answers = [
            await http.request(method, path.format(wearer), headers=headers, json=REASON)
            for wearer in ("w1", "w2", "w3")
        ]

    assert tuple(answer.status_code for answer in answers) == ABOUT_A_WEARER[method, path][role]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", ABOUT_NOBODY)
async def test_what_each_role_may_ask_that_is_about_nobody(access: Access, role: Role, path: str) -> None:
    headers = bearer(token(access, "someone", role, *WEARERS[role]))
    async with client(access) as http:
        answer = await http.get(path, headers=headers)

    assert answer.status_code == ABOUT_NOBODY[path][role]


@pytest.mark.parametrize("role", ["wearer", "clinician"])
async def test_a_foreign_wearer_is_answered_like_one_that_does_not_exist(access: Access, role: Role) -> None:
    headers = bearer(token(access, "someone", role, "w1"))
    async with client(access) as http:
        foreign, unknown = [await http.get(f"/wearers/{w}", headers=headers) for w in ("w2", "w3")]

    assert (foreign.status_code, foreign.content) == (unknown.status_code, unknown.content)
    assert foreign.headers.raw == unknown.headers.raw


@pytest.mark.parametrize("path", ["/wearers/w1", "/wearers/w3", "/me", "/system", "/audit", "/nothing"])
async def test_without_a_token_nothing_is_told_apart(access: Access, path: str) -> None:
    async with client(access) as http:
        answer = await http.get(path)

    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="vitalstream"')
