"""The audit log on disk: what is kept, by several writers, after a crash, and when the disk refuses."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from exporters.access.audit import AuditLog, AuditUnavailable
from exporters.access.audit_file import AuditFile
from exporters.access.chain import Entry, Head, Verdict, verify

READ = Entry("dr-a", "clinician", "read", "w1")


def written(path: Path, count: int) -> AuditFile:
    file = AuditFile(path)
    file.append([(at, READ) for at in range(count)])
    return file


async def test_a_row_that_was_awaited_is_on_disk(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl", clock=lambda: 12.5)

    head = await log.write(READ)

    row = AuditFile(tmp_path / "audit.jsonl").newest(1)[0]
    log.close()
    assert (row.seq, row.hash, row.time, row.wearer) == (1, head.hash, 12_500, "w1")


async def test_rows_that_were_noted_are_there_after_close(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    for _ in range(2_500):
        await log.note(READ)

    log.close()

    verdict = log.verify()
    assert (verdict.whole, verdict.rows) == (True, 2_500)


async def test_a_log_goes_on_after_close(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    await log.write(READ)
    log.close()

    head = await log.write(READ)

    log.close()
    assert head.seq == 2


async def test_who_stops_waiting_leaves_the_row_and_the_log_at_work(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    gone = [asyncio.ensure_future(log.write(READ)) for _ in range(50)]
    await asyncio.sleep(0)
    for task in gone:
        task.cancel()

    head = await log.write(READ)

    log.close()
    assert (head.seq, log.verify().whole) == (51, True)


async def test_texts_of_strangers_are_kept_short_and_plain(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")

    await log.write(Entry("x" * 999, "", "read", "\ud800", detail={"path": "y" * 999}))

    log.close()
    row = log.newest(1)[0]
    assert (len(row.who), row.wearer, len(row.detail["path"])) == (200, "?", 200)


def test_a_command_is_recorded_whole(tmp_path: Path) -> None:
    log = AuditLog(tmp_path / "audit.jsonl")
    wearers = " ".join(f"wearer-{number}" for number in range(1000))

    log.write_now(Entry("local:root", "admin", "manage", detail={"wearers": wearers}))

    assert log.newest(1)[0].detail["wearers"] == wearers
    assert log.verify().whole


def test_rows_can_be_added_while_a_long_log_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = AuditFile(tmp_path / "audit.jsonl")
    file.append([(number, READ) for number in range(100)])
    other = AuditFile(tmp_path / "audit.jsonl")

    def checked(lines: Iterable[bytes], kept: Head | None, anchors: Iterable[Head]) -> Verdict:
        other.append([(100, READ)])  # would wait for ever for a lock that the check holds
        return verify(lines, kept, anchors)

    monkeypatch.setattr("exporters.access.audit_file.verify", checked)
    verdict = file.verify()

    assert (verdict.whole, verdict.rows) == (True, 100)


def test_the_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    written(tmp_path / "data" / "audit.jsonl", 1)

    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "data").iterdir()}
    assert (modes["audit.jsonl"], modes["audit.jsonl.head"]) == (0o600, 0o600)


def test_processes_side_by_side_write_one_chain(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    program = (
        "import sys; from pathlib import Path\n"
        "from exporters.access.audit_file import AuditFile; from exporters.access.chain import Entry\n"
        "file = AuditFile(Path(sys.argv[1]))\n"
        "for i in range(40): file.append([(i, Entry(sys.argv[2], 'admin', 'manage'))] * 3)\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", program, str(path), f"p{i}"]) for i in range(3)]

    codes = [writer.wait() for writer in writers]

    verdict = AuditFile(path).verify()
    assert (codes, verdict.whole, verdict.rows) == ([0, 0, 0], True, 360)


def test_what_was_confirmed_before_a_kill_is_there_and_the_chain_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    program = (
        "import asyncio, sys; from pathlib import Path\n"
        "from exporters.access.audit import AuditLog; from exporters.access.chain import Entry\n"
        "async def write():\n"
        "    log = AuditLog(Path(sys.argv[1]))\n"
        "    while True:\n"
        "        for _ in range(50): await log.note(Entry('dr-a', 'clinician', 'read', 'w1'))\n"
        "        print((await log.write(Entry('dr-a', 'clinician', 'answer', 'w1'))).seq, flush=True)\n"
        "asyncio.run(write())\n"
    )
    for _ in range(3):
        with subprocess.Popen([sys.executable, "-c", program, str(path)], stdout=subprocess.PIPE) as writer:
            assert writer.stdout is not None
            confirmed = [int(writer.stdout.readline()) for _ in range(5)][-1]
            writer.kill()

    written(path, 1)

    verdict = AuditFile(path).verify()
    assert (verdict.whole, verdict.rows > confirmed) == (True, True)


def test_a_row_torn_by_a_power_cut_is_dropped_and_the_chain_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    written(path, 3)
    with path.open("ab") as file:
        file.write(b'{"action":"read","det')

    written(path, 1)

    verdict = AuditFile(path).verify()
    assert (verdict.whole, verdict.rows) == (True, 4)


def test_rows_that_the_head_did_not_reach_before_a_crash_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    written(path, 2)
    head = (tmp_path / "audit.jsonl.head").read_bytes()
    written(path, 2)
    (tmp_path / "audit.jsonl.head").write_bytes(head)

    written(path, 1)

    verdict = AuditFile(path).verify()
    assert (verdict.whole, verdict.rows) == (True, 5)


@pytest.mark.parametrize("cut", [2, 40, 10_000])
def test_a_log_that_was_cut_stays_found_out_after_more_rows(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "audit.jsonl"
    written(path, 5)
    os.truncate(path, max(0, path.stat().st_size - cut))

    written(path, 2)

    assert not AuditFile(path).verify().whole


def test_a_head_that_was_removed_stays_found_out_after_more_rows(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    written(path, 3)
    (tmp_path / "audit.jsonl.head").unlink()

    written(path, 1)

    assert [fault.line for fault in AuditFile(path).verify().faults] == [4]


def test_rows_are_listed_newest_first_from_a_long_log(tmp_path: Path) -> None:
    file = written(tmp_path / "audit.jsonl", 1_000)

    rows = [row.seq for row in file.newest(400, before=990)]

    assert rows == list(range(989, 589, -1))


async def test_a_disk_that_refuses_is_told_and_noted_rows_come_later(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    path.mkdir()
    log = AuditLog(path)
    await log.note(READ)
    with pytest.raises(AuditUnavailable):
        await log.write(READ)
    assert log.broken

    path.rmdir()
    head = await _once_it_works(log)

    log.close()
    assert (log.broken, head >= 2, log.verify().whole) == (False, True, True)


async def _once_it_works(log: AuditLog) -> int:
    while True:
        try:
            return (await log.write(READ)).seq
        except AuditUnavailable:
            continue
