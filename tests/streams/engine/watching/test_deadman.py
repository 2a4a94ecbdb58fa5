"""A worker whose event loop hangs for good ends itself, and says where it hung."""

from __future__ import annotations

import subprocess
import sys

import pytest

PROGRAM = """
import asyncio, re, time
from streams.engine.watching.deadman import Deadman

async def main():
    asyncio.create_task(Deadman({patience_s}).run())
    await asyncio.sleep(0.1)
    {work}

asyncio.run(main())
print("done")
"""


def run(work: str, patience_s: float) -> subprocess.CompletedProcess[str]:
    program = PROGRAM.format(work=work, patience_s=patience_s)
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=100)


def test_a_loop_that_hangs_in_python_ends_the_process_with_the_place() -> None:
    ended = run("time.sleep(3600)", patience_s=1.5)

    assert ended.returncode == 1
    assert "the event loop hangs for" in ended.stderr
    assert "at <string>:8" in ended.stderr


def test_a_loop_that_hangs_in_c_and_lets_nobody_run_ends_the_process_with_a_traceback() -> None:
    ended = run("re.match('(a+)+b', 'a' * 60)", patience_s=1.5)

    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert 'File "<string>", line 8 in main' in ended.stderr


@pytest.mark.parametrize("work", ["await asyncio.sleep(2.0)", "pass"])
def test_a_loop_that_beats_goes_on(work: str) -> None:
    ended = run(work, patience_s=60.0)

    assert (ended.returncode, ended.stdout) == (0, "done\n")
