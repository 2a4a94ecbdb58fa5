from __future__ import annotations

import signal
import subprocess
import sys
import time

import pytest

from streams.engine.watching.pulse import CLOCK

PROGRAM = """
import asyncio, sys, time
from streams.engine.watching.pulse import Pulse

async def main():
    pulse = Pulse(0.6)
    asyncio.create_task(pulse.run())
    await asyncio.sleep(0.1)
    print("beats", flush=True)
    {work}
    print("writes", flush=True)

asyncio.run(main())
"""


def run(work: str) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM.format(work=work)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None and process.stdout.readline() == "beats\n"
    return process


def outcome(process: subprocess.Popen[str]) -> tuple[str, int]:
    output, _ = process.communicate(timeout=20)
    return output, process.returncode


def test_a_loop_that_was_blocked_too_long_does_not_get_to_write() -> None:
    assert outcome(run("time.sleep(1.5); pulse.check()")) == ("", 70)


def test_a_process_that_was_stopped_leaves_before_anything_queued_runs() -> None:
    process = run("await asyncio.sleep(0.3)")
    process.send_signal(signal.SIGSTOP)
    time.sleep(1.5)
    process.send_signal(signal.SIGCONT)

    assert outcome(process) == ("", 70)


def test_a_loop_that_beats_goes_on() -> None:
    assert outcome(run("await asyncio.sleep(1.0); pulse.check()")) == ("writes\n", 0)


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="this system has no such clock")
def test_its_clock_goes_on_while_the_machine_is_suspended() -> None:
    assert CLOCK == time.CLOCK_BOOTTIME
