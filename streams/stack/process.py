"""Processes of their own session, known again by pid and start: a reused pid is never taken for ours."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from msgspec import Struct

BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


class ProcessId(Struct, frozen=True):
    """A process for good: its pid, and when it started, as the system tells it."""

    pid: int
    started: str


def spawn(command: Sequence[str], environ: Mapping[str, str], folder: Path, log: Path) -> ProcessId:
    """Start a server apart from this terminal (a Ctrl-C here does not reach it); its output goes to `log`."""
    if log.exists():
        log.replace(log.with_name(f"{log.name}.1"))
    with log.open("wb") as output:
        child = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return ProcessId(child.pid, _started(child.pid) or "")


def is_alive(process: ProcessId) -> bool:
    """True while exactly this process runs; a zombie or a later process of the same pid does not count."""
    _reap(process.pid)
    return bool(process.started) and _started(process.pid) == process.started


def terminate(process: ProcessId, patience_s: float) -> None:
    """Ask it to stop; kill it when it has not within `patience_s` seconds or the wait is interrupted."""
    try:
        _signal(process, signal.SIGTERM)
        wait_gone(process, patience_s)
    finally:
        kill(process)


def kill(process: ProcessId) -> None:
    """End it at once and wait until it is gone."""
    _signal(process, signal.SIGKILL)
    wait_gone(process, 10.0)


def wait_gone(process: ProcessId, patience_s: float) -> None:
    """Return when it is gone, or after `patience_s` seconds."""
    deadline = time.monotonic() + patience_s
    while is_alive(process) and time.monotonic() < deadline:
        time.sleep(0.02)


@contextmanager
def interrupts_held() -> Iterator[None]:
    """Hold back Ctrl-C and SIGTERM, deliver them at the end: nothing is started and then forgotten."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    seen: list[int] = []

    def remember(number: int, _frame: FrameType | None) -> None:
        seen.append(number)

    before = {kind: signal.signal(kind, remember) for kind in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)
        for number in seen:
            signal.raise_signal(number)


@contextmanager
def exit_on_sigterm() -> Iterator[None]:
    """Turn SIGTERM and a closed terminal into SystemExit, so that `finally` blocks get to stop servers."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    # Under nohup the closed terminal stays ignored.
    kinds = [k for k in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(k) != signal.SIG_IGN]
    before = {kind: signal.signal(kind, leave) for kind in kinds}
    try:
        yield
    finally:
        for kind, handler in before.items():
            signal.signal(kind, handler)


def _signal(process: ProcessId, number: int) -> None:
    with suppress(ProcessLookupError):
        if is_alive(process):
            os.kill(process.pid, number)


def _reap(pid: int) -> None:
    # Ours to reap when we started it; a process of an earlier `stack up` is not our child.
    with suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)


def _started(pid: int) -> str | None:
    return _started_linux(pid) if sys.platform == "linux" else _started_ps(pid)


def _started_linux(pid: int) -> str | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    state, *fields = stat.rpartition(")")[2].split()  # a command's name may have spaces and brackets
    boot = BOOT_ID.read_text().strip() if BOOT_ID.exists() else ""
    return None if state in "ZX" else f"{boot}:{fields[18]}"  # field 22 of proc(5): ticks from boot to start


def _started_ps(pid: int) -> str | None:
    answer = subprocess.run(["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True)
    state, _, started = answer.stdout.strip().partition(" ")
    return None if not state or state.startswith("Z") else started.strip()
