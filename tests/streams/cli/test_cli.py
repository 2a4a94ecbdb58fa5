"""The command line: help, and errors in one line that says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from kafka.errors import KafkaError

from streams.errors import UserError, one_line
from streams.stack import ensure_topics
from streams.stack.server import free_port


def vitalstream(*arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from streams.cli import main; main()", *arguments]
    return subprocess.run(command, env={**os.environ, **environ}, capture_output=True, text=True, timeout=60)


def test_help_names_the_commands_and_loads_no_client_library() -> None:
    answer = vitalstream("--help")
    heavy = {"kafka", "redis", "faust", "jgo", "numpy"}
    script = f"import sys, streams.cli as c; c.build_app(); print({heavy} & sys.modules.keys())"
    loaded = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert answer.returncode == 0
    assert "stack" in answer.stdout
    assert loaded.stdout == "set()\n"


def test_a_wrong_setting_is_one_line_with_its_name(tmp_path: Path) -> None:
    answer = vitalstream("stack", "down", VITALSTREAM_DATA_DIR=str(tmp_path), VITALSTREAM_PARTITIONS="none")

    assert answer.returncode == 1
    assert answer.stdout == ""
    assert answer.stderr.startswith("vitalstream: VITALSTREAM_PARTITIONS: Input should be a valid integer")
    assert answer.stderr.count("\n") == 1


def test_a_data_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    answer = vitalstream("stack", "up", VITALSTREAM_DATA_DIR=str(tmp_path / "file" / "data"))

    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1
    assert "Not a directory" in answer.stderr


def test_an_error_is_one_line_whatever_it_quotes() -> None:
    for error in (UserError("no a\nb\x1b[2J"), FileNotFoundError(2, "No such file", "a\nb\x1b[2J")):
        line = one_line(error)
        assert line is not None
        assert "a\ufffdb\ufffd[2J" in line


def test_a_server_that_does_not_answer_is_one_line_that_names_the_way_out() -> None:
    with pytest.raises(redis.ConnectionError) as of_redis:
        redis.Redis(port=free_port()).ping()
    with pytest.raises(KafkaError) as of_kafka:
        ensure_topics(f"127.0.0.1:{free_port()}", 4, patience_s=0.5)

    for error in (of_redis.value, of_kafka.value, ConnectionRefusedError(111, "Connection refused")):
        line = one_line(error)
        assert line is not None
        assert "`vitalstream stack up`" in line
        assert "\n" not in line


def test_an_expected_error_is_its_own_line_and_a_bug_keeps_its_traceback() -> None:
    assert one_line(UserError("do this")) == "do this"
    assert one_line(ZeroDivisionError()) is None


def test_help_is_wrapped_by_the_terminal_not_by_the_source() -> None:
    answer = vitalstream("alerts", "--help", COLUMNS="80")
    text = [line.strip() for line in answer.stdout.splitlines()]
    start = text.index(next(line for line in text if line.startswith("Each event is judged")))

    assert len(" ".join(text[start : start + 2])) > 140, "the first line is full"
