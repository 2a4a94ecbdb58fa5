"""What stands in the audit log of what went through the door, or did not."""

from __future__ import annotations

from pathlib import Path

from exporters.access.access import Access
from tests.exporters.access.door import bearer, client, token


def rows(access: Access) -> list[tuple[str, str, str | None, str]]:
    access.audit.close()
    return [(row.who, row.action, row.wearer, row.outcome) for row in reversed(access.audit.newest(100))]


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


async def test_a_list_of_a_foreign_wearer_is_recorded_as_refused(access: Access) -> None:
    made = token(access, "dr-a", "clinician", "w1")
    async with client(access) as http:
        for wearer in ("w1", "w2"):
            await http.get("/list", params={"wearer": wearer}, headers=bearer(made))

    assert rows(access) == [("dr-a", "read", "w1", "done"), ("dr-a", "read", "w2", "refused")]


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
        first = (await http.get("/audit?limit=2", headers=bearer(made))).json()
        second = (await http.get(f"/audit?limit=2&before={first['next']}", headers=bearer(made))).json()

    assert [(row["who"], row["action"]) for row in first["rows"]] == [("root", "audit"), ("dr-a", "read")]
    assert ([row["wearer"] for row in second["rows"]], second["next"]) == (["w1", "w1"], None)
