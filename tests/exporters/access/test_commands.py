"""`vitalstream access` and `vitalstream audit` as processes of their own."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from exporters.access.access import Access
from exporters.access.tokens import digest
from streams.cli import main
from tests.exporters.access.door import bearer, client, settings
from tests.streams.cli.test_cli import vitalstream


@dataclass(frozen=True)
class Done:
    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """The command in this process, as its entry point runs it."""

    def run(*arguments: str) -> Done:
        monkeypatch.setenv("VITALSTREAM_DATA_DIR", str(tmp_path))
        monkeypatch.setattr("sys.argv", ["vitalstream", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        said = capsys.readouterr()
        return Done(int(ended.value.code or 0), said.out, said.err)

    return run


def test_the_commands_are_on_the_command_line(tmp_path: Path) -> None:
    answer = vitalstream("audit", "verify", VITALSTREAM_DATA_DIR=str(tmp_path))

    assert (answer.returncode, answer.stdout.startswith("0 rows are whole")) == (0, True)


async def test_a_granted_token_opens_the_door_of_a_running_service(run: Run, access: Access) -> None:
    async with client(access) as http:
        made = run("access", "grant", "dr-a", "--role", "clinician", "--wearer", "w1", "--wearer", "w2")
        answer = await http.get("/wearers/w2", headers=bearer(made.stdout.strip()))

    assert (made.returncode, answer.json()) == (0, {"wearer": "w2", "by": "dr-a"})


def test_the_token_is_all_that_stdout_holds(run: Run, tmp_path: Path) -> None:
    made = run("access", "grant", "root", "--role", "admin")
    token = made.stdout.removesuffix("\n")

    assert (len(token), token in made.stderr) == (46, False)
    assert Access.open(settings(tmp_path)).tokens.principal(digest(token)) is not None


def test_a_list_shows_no_token_and_no_hash(run: Run) -> None:
    token = json.loads(run("access", "grant", "Bea", "--role", "wearer", "--wearer", "w1", "--json").stdout)[
        "token"
    ]

    shown = run("access", "list").stdout + run("access", "list", "--json").stdout

    assert ("Bea" in shown, token in shown, digest(token) in shown) == (True, False, False)


def test_a_list_says_what_break_glass_has_opened(run: Run, tmp_path: Path) -> None:
    access = Access.files(settings(tmp_path))
    access.glass.open(access.glass.prepare("dr-a", "w9", "found unconscious at home", 30))

    told = json.loads(run("access", "list", "--json").stdout)["break_glass"]

    assert [(one["who"], one["wearer"], one["reason"]) for one in told] == [
        ("dr-a", "w9", "found unconscious at home")
    ]
    assert "break-glass: w9 is open to dr-a" in run("access", "list").stdout


def test_revoke_ends_a_token(run: Run, tmp_path: Path) -> None:
    token = run("access", "grant", "root", "--role", "admin").stdout.strip()

    ended = run("access", "revoke", "root")

    assert (ended.returncode, Access.open(settings(tmp_path)).tokens.principal(digest(token))) == (0, None)


def test_who_gets_a_name_anew_does_not_get_what_break_glass_opened_by_it(run: Run, tmp_path: Path) -> None:
    run("access", "grant", "dr-a", "--role", "clinician", "--wearer", "w1")
    access = Access.files(settings(tmp_path))
    access.glass.open(access.glass.prepare("dr-a", "w9", "found unconscious at home", 30))
    access.glass.open(access.glass.prepare("dr-b", "w9", "found unconscious at home", 30))

    run("access", "revoke", "dr-a")

    assert [glass.who for glass in access.glass.running()] == ["dr-b"]


def test_changes_of_access_stand_in_the_audit_log(run: Run, tmp_path: Path) -> None:
    token = run("access", "grant", "dr-a", "--role", "clinician", "--every-wearer", "--expires", "30").stdout
    run("access", "revoke", "dr-a")

    rows = Access.files(settings(tmp_path)).audit.newest(10)

    assert [(row.action, row.detail["change"], row.detail["name"]) for row in rows] == [
        ("manage", "revoke", "dr-a"),
        ("manage", "grant", "dr-a"),
    ]
    assert rows[1].detail["wearers"] == "every wearer"
    assert token.strip() not in (tmp_path / "audit.jsonl").read_text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["access", "grant", "Bea", "--role", "wearer"], "exactly once"),
        (
            ["access", "grant", "op", "--role", "operator", "--every-wearer"],
            "--every-wearer is for a clinician",
        ),
        (["access", "grant", "op", "--role", "operator", "--expires", "0"], "above 0"),
        (["access", "revoke", "nobody"], "access list"),
        (["audit", "verify", "--anchor", "x"], "NUMBER:HASH"),
    ],
)
def test_what_can_not_be_done_is_one_line(run: Run, arguments: list[str], said: str) -> None:
    answer = run(*arguments)

    assert (answer.returncode, answer.stdout, answer.stderr.count("\n")) == (1, "", 1)
    assert said in answer.stderr


def test_access_is_not_changed_without_a_record(run: Run, tmp_path: Path) -> None:
    (tmp_path / "audit.jsonl").mkdir()

    answer = run("access", "grant", "root", "--role", "admin")

    assert (answer.returncode, answer.stdout) == (1, "")
    assert Access.files(settings(tmp_path)).tokens.all() == []


def granted(run: Run, count: int = 3) -> None:
    for number in range(count):
        run("access", "grant", f"p{number}", "--role", "operator")


def test_a_whole_log_gives_an_anchor(run: Run) -> None:
    granted(run)

    answer = run("audit", "verify")
    again = run("audit", "verify", "--anchor", answer.stdout.split()[-1])

    assert (answer.returncode, answer.stdout.startswith("3 rows are whole"), again.returncode) == (0, True, 0)


def test_an_altered_row_is_named_and_the_exit_code_says_so(run: Run, tmp_path: Path) -> None:
    granted(run)
    path = tmp_path / "audit.jsonl"
    path.write_text(path.read_text().replace('"name":"p1"', '"name":"p7"'))

    answer = run("audit", "verify")
    told = json.loads(run("audit", "verify", "--json").stdout)

    assert (answer.returncode, answer.stdout) == (1, "line 2: the row is altered: its hash does not fit\n")
    assert (told["whole"], told["faults"][0]["line"]) == (False, 2)


def test_a_log_that_was_cut_is_found(run: Run, tmp_path: Path) -> None:
    granted(run)
    path = tmp_path / "audit.jsonl"
    os.truncate(path, len(path.read_bytes().splitlines(keepends=True)[0]))

    assert run("audit", "verify").stdout == "line 1: rows 2 to 3 are missing at the end\n"


def test_a_log_and_head_written_anew_are_found_by_an_earlier_anchor(run: Run, tmp_path: Path) -> None:
    granted(run)
    anchor = run("audit", "verify").stdout.split()[-1]
    for name in ("audit.jsonl", "audit.jsonl.head", "access.json"):
        (tmp_path / name).unlink()
    granted(run, 4)

    without, with_ = run("audit", "verify"), run("audit", "verify", "--anchor", anchor)

    assert (without.returncode, with_.returncode) == (0, 1)
    assert "row 3 of the anchor is missing or another" in with_.stdout
