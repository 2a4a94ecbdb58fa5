"""A worker that notes where its processor time goes: `python -m bench.cost.timed_worker FILE`.

Stages are timed by the clock of the thread that runs them, so that what other threads and other processes
do meanwhile is not counted; what the system counted of each thread is set beside them.
"""

from __future__ import annotations

import functools
import gc
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import msgspec
import psutil

from exporters.alerts.sink import AlertSink
from streams.cli import main
from streams.engine.bus.consumer import ChunkConsumer
from streams.engine.bus.produce import EffectProducer
from streams.engine.scoring import desk
from streams.engine.scoring.shard import ShardMaker, WearerShard

Spent = defaultdict[str, float]

EVERY_S = 0.5
STAGES = ("observe", "decide", "explain", "finish", "encode")


class Notes(msgspec.Struct):
    """CPU seconds since the first chunk, and packets."""

    packets: int = 0
    stages: dict[str, float] = {}
    """Of the thread that ran each."""
    threads: dict[str, float] = {}
    """By name; several of one name are added."""
    process: float = 0.0


class Clock:
    """Adds up what is spent in each stage."""

    def __init__(self) -> None:
        self.spent: Spent = defaultdict(float)
        self.packets = 0
        self._gc = 0.0

    def watch_garbage(self) -> None:
        """Time collections too; they fall within other stages."""
        gc.callbacks.append(self._collect)

    def time(self, of: Any, name: str, stage: str) -> None:
        """Time a function or method."""
        inner = getattr(of, name)

        @functools.wraps(inner)
        def timed(*args: Any, **kwargs: Any) -> Any:
            began = time.thread_time()
            try:
                return inner(*args, **kwargs)
            finally:
                self.spent[stage] += time.thread_time() - began

        setattr(of, name, timed)

    def time_steps(self, of: Any, name: str, stage: str) -> None:
        """Time the steps of a coroutine, without what runs while it waits."""
        inner = getattr(of, name)

        @functools.wraps(inner)
        async def timed(*args: Any, **kwargs: Any) -> Any:
            return await _Steps(inner(*args, **kwargs), self.spent, stage)

        setattr(of, name, timed)

    def count(self, observe: Callable[..., Any]) -> Callable[..., Any]:
        """Count the packets that come to `observe`."""

        def counted(shard: Any, records: Any) -> Any:
            self.packets += len(records)
            return observe(shard, records)

        return counted

    def _collect(self, phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            self._gc = time.thread_time()
        else:
            self.spent["gc"] += time.thread_time() - self._gc


class _Steps:
    def __init__(self, coroutine: Any, spent: Spent, stage: str) -> None:
        self._coroutine, self._spent, self._stage = coroutine, spent, stage

    def __await__(self) -> Generator[Any, Any, Any]:
        steps = self._coroutine.__await__()
        answer: Any = None
        while True:
            began = time.thread_time()
            try:
                waiting = steps.send(answer)
            except StopIteration as end:
                return end.value
            finally:
                self._spent[self._stage] += time.thread_time() - began
            answer = yield waiting


def note(clock: Clock, path: Path) -> None:
    """Write what was spent since the first chunk, for ever."""
    process = psutil.Process()
    while not clock.packets:
        time.sleep(0.01)
    threads, whole, stages, packets = (
        _threads(process),
        time.process_time(),
        clock.spent.copy(),
        clock.packets,
    )
    while True:
        time.sleep(EVERY_S)
        now = _threads(process)
        found = Notes(
            clock.packets - packets,
            {stage: spent - stages[stage] for stage, spent in clock.spent.copy().items()},
            {name: spent - threads[name] for name, spent in now.items()},
            time.process_time() - whole,
        )
        fresh = path.with_suffix(".new")
        fresh.write_bytes(msgspec.json.encode(found))
        fresh.replace(path)


def _threads(process: psutil.Process) -> Spent:
    names = {thread.native_id: thread.name for thread in threading.enumerate()}
    spent: Spent = defaultdict(float)
    for thread in process.threads():
        spent[names.get(thread.id, "others")] += thread.user_time + thread.system_time
    return spent


def run(path: Path) -> None:
    """Run a worker, timed."""
    clock = Clock()
    clock.watch_garbage()
    for stage in STAGES:
        clock.time(WearerShard, stage, stage)
    clock.time(ShardMaker, "infer", "infer")
    WearerShard.observe = clock.count(WearerShard.observe)  # type: ignore[method-assign]
    clock.time(desk, "decode_packet", "decode")
    clock.time_steps(EffectProducer, "send", "effects")
    clock.time_steps(AlertSink, "write", "alerts")
    clock.time_steps(ChunkConsumer, "_hand_over", "hand over")
    threading.Thread(target=note, args=(clock, path), name="notes", daemon=True).start()
    sys.argv = ["vitalstream", "worker", "--json"]
    main()


if __name__ == "__main__":
    run(Path(sys.argv[1]))
