"""`stack up` and `stack down` as their user sees them: separate programs, real servers."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from streams.settings import Settings
from streams.stack import bring_down, running_stack
from streams.stack.process import ProcessId, is_alive, spawn
from streams.stack.state import StackState, load_state, new_ports, save_state

COMMAND = [sys.executable, "-c", "from streams.cli import main; main()"]

pytestmark = pytest.mark.integration


def start(data_dir: Path, *arguments: str) -> subprocess.Popen[str]:
    environ = {**os.environ, "VITALSTREAM_DATA_DIR": str(data_dir)}
    return subprocess.Popen(
        [*COMMAND, "stack", *arguments],
        env=environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def run(data_dir: Path, *arguments: str) -> tuple[int, str]:
    program = start(data_dir, *arguments)
    output, _ = program.communicate(timeout=60)
    return program.returncode, output


def processes(data_dir: Path) -> list[ProcessId]:
    state = load_state(data_dir)
    return [p for p in (state.kafka, state.valkey) if p] if state else []


def test_up_twice_at_once_and_once_more_finds_one_stack_and_down_stops_it_by_pid(tmp_path: Path) -> None:
    data_dir = tmp_path / "data, of mine"

    both = [start(data_dir, "up", "--json") for _ in range(2)]
    outputs = {program.communicate(timeout=60)[0] for program in both}
    outputs.add(run(data_dir, "up", "--json")[1])
    servers = processes(data_dir)

    assert len(outputs) == 1
    told = json.loads(outputs.pop())
    assert told["broker"].startswith("127.0.0.1:")
    assert told["redis_url"].startswith("redis://127.0.0.1:")
    assert told["data_dir"] == str(data_dir)
    assert len(servers) == 2
    assert all(is_alive(server) for server in servers)

    assert run(data_dir, "down") == (0, "stopped Kafka and Valkey\n")
    assert not any(is_alive(server) for server in servers)
    assert run(data_dir, "down") == (0, "nothing runs\n")


@pytest.mark.parametrize("kind", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_in_the_middle_of_up_leaves_no_process(tmp_path: Path, kind: signal.Signals) -> None:
    program = start(tmp_path, "up")
    while len(processes(tmp_path)) < 2:
        assert program.poll() is None
        time.sleep(0.02)
    servers = processes(tmp_path)

    program.send_signal(kind)
    program.communicate(timeout=30)

    assert program.returncode == 128 + kind
    assert not any(is_alive(server) for server in servers)
    assert processes(tmp_path) == []


def test_a_running_stack_stops_what_it_started_and_only_that(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)

    with pytest.raises(RuntimeError, match="of the user"), running_stack(settings) as outer:
        with running_stack(settings) as inner:
            assert inner.endpoints == outer.endpoints
        servers = processes(tmp_path)
        assert all(is_alive(server) for server in servers)
        assert all(
            os.getsid(server.pid) == server.pid for server in servers
        )  # no Ctrl-C of ours reaches them
        raise RuntimeError("of the user")

    assert len(servers) == 2
    assert not any(is_alive(server) for server in servers)


def test_a_pid_that_another_program_has_now_is_not_taken_for_a_server(tmp_path: Path) -> None:
    stranger = spawn(["sleep", "60"], {}, tmp_path, tmp_path / "log")
    stale = ProcessId(stranger.pid, "before the last boot")
    save_state(tmp_path, StackState(new_ports(), kafka=stale, valkey=stale))

    stopped = bring_down(tmp_path)

    assert stopped == []
    assert is_alive(stranger)
    os.kill(stranger.pid, signal.SIGKILL)
