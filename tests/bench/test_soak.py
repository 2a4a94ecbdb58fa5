"""The soak's judgement: the last quarter of the event time beside the second."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.endurance.soak import Look, quarter, summary
from bench.endurance.watched import Objects, read
from bench.process import Cost
from streams.errors import UserError
from tests.streams.engine.harness import eventually


def looks(last_quarter: int) -> list[Look]:
    memory = {1: 500, 2: 100, 3: 300, 4: 100, 5: 150, 6: 200, 7: last_quarter, 8: last_quarter}
    return [Look(float(hour), size, 10, 5, 1000, 1, hour, 0) for hour, size in memory.items()]


@pytest.mark.parametrize(
    ("last", "change", "flat"), [(210, 0.05, True), (212, 0.06, False), (150, -0.25, False)]
)
def test_memory_is_flat_when_the_last_quarter_is_within_five_per_cent(
    last: int, change: float, flat: bool
) -> None:
    found = summary(3, 8.0, Cost(100, 120.0, 60.0), 0, looks(last), Objects(10, 4, 0.1))

    assert (found.second_quarter.memory_bytes, found.last_quarter.memory_bytes) == (200, last)
    assert (found.memory_change, found.flat) == (change, flat)
    assert (found.minutes, found.processor_share, found.garbage) == (2.0, 0.5, 4)


def test_a_quarter_that_nobody_looked_at_is_told() -> None:
    with pytest.raises(UserError, match="no look in a quarter"):
        quarter(looks(1)[:4], 3, 8.0)


CYCLES = """
import gc, signal, sys, time
from pathlib import Path
from bench.endurance.watched import watch
gc.disable()
watch(Path(sys.argv[1]))
for _ in range(50):
    a = []; a.append(a)
print("made", flush=True)
while True:
    time.sleep(0.05)  # a signal between two looks is not lost, as it is before a read that never returns
"""


def test_a_watched_process_tells_the_cycles_that_only_a_full_collection_finds(tmp_path: Path) -> None:
    told = tmp_path / "told"
    with subprocess.Popen([sys.executable, "-c", CYCLES, str(told)], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        for number, count in ((signal.SIGUSR1, 1), (signal.SIGUSR2, 2)):
            process.send_signal(number)
            eventually(lambda count=count: len(read(told)) == count, "told", 120)  # type: ignore[misc]
        process.kill()

    held, collected = read(told)

    assert (held.found, collected.found >= 49) == (0, True)
