"""What a worker spends is told by stage, without overlap."""

from __future__ import annotations

import asyncio
import time

import pytest

from bench.cost.timed_worker import Clock, Notes
from bench.cost.where import by_stage, table

NOTES = Notes(
    packets=1000,
    stages={"decode": 1.0, "observe": 3.0, "infer": 2.0, "effects": 1.0},
    threads={"MainThread": 7.0, "Thread-1": 1.0},
    process=10.0,
)


def test_stages_add_up_to_what_the_process_spent():
    found = by_stage(NOTES)

    assert found["observe"] == 2.0, "decoding is a stage of its own"
    assert found["fetch (its own thread)"] == 1.0
    assert sum(found.values()) == pytest.approx(NOTES.process)


def test_the_table_tells_the_share_of_what_the_floor_does_too():
    assert "models 50.0 %" in table(NOTES)


def test_what_runs_while_a_coroutine_waits_is_not_its_own():
    class Sleeper:
        async def sleep(self) -> str:
            await asyncio.sleep(0)
            return "slept"

    async def both() -> str:
        task = asyncio.create_task(Sleeper().sleep())
        await asyncio.sleep(0)
        began = time.thread_time()
        while time.thread_time() - began < 0.05:
            pass
        return await task

    clock = Clock()
    clock.time_steps(Sleeper, "sleep", "sleep")

    assert asyncio.run(both()) == "slept"
    assert 0.0 < clock.spent["sleep"] < 0.05
