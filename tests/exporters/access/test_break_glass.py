"""Break-glass by requests: for a reason, for minutes, for one person, in the record first."""

from __future__ import annotations

from pathlib import Path

import pytest

from exporters.access.access import Access
from tests.exporters.access.door import bearer, client, settings, token

REASON = {"reason": "unconscious in the emergency room", "minutes": 5}


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
        ({"reason": "x" * 70_000}, 413),
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


async def test_a_file_of_openings_that_others_may_write_opens_nothing(access: Access, tmp_path: Path) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    access.glass.open(access.glass.prepare("dr-a", "w2", "found unconscious at home", 30))
    async with client(access) as http:
        before = await http.get("/wearers/w2", headers=bearer(made))
        (tmp_path / "break-glass.json").chmod(0o666)
        # The mode alone is no change of the file: who could write would have changed it.
        (tmp_path / "break-glass.json").write_text((tmp_path / "break-glass.json").read_text() + " ")
        after = await http.get("/wearers/w2", headers=bearer(made))

    assert (before.status_code, after.status_code) == (200, 404)


async def test_a_damaged_file_of_openings_opens_nothing(access: Access, tmp_path: Path) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    (tmp_path / "break-glass.json").write_text("[{")
    async with client(access) as http:
        own = await http.get("/wearers/w1", headers=bearer(made))
        foreign = await http.get("/wearers/w2", headers=bearer(made))
        opened = await http.post("/wearers/w2/break-glass", headers=bearer(made), json=REASON)

    assert (own.status_code, foreign.status_code, opened.status_code) == (200, 404, 503)
