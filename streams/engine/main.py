"""Runs one worker in this process, until a signal or a failure ends it."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable
from typing import Any

from streams.engine.app import Engine
from streams.engine.watching.ends import EXIT_FAILED, describe
from streams.engine.watching.garbage import spare_what_is_old
from streams.logs import get_log

log = get_log(__name__)

CLOSE_BOUND_S = 5.0


SWITCH_S = 0.001
"""How long one thread may keep the others waiting: fetching must not wait for a whole chunk's scoring."""


async def run(engine: Engine, on_ready: Callable[[], None] = lambda: None) -> int:
    """Work until SIGTERM or SIGINT (gives 0) or a failure (gives another exit code).

    `on_ready` is called once, when the worker has joined its group and recovered its state.
    """
    sys.setswitchinterval(SWITCH_S)
    spare_what_is_old()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    engine.start()
    starting = asyncio.create_task(_start(engine, on_ready))
    try:
        await _until_end(engine, stop)
        if not engine.failed.done():
            await engine.finish()
        await _close(engine, starting)
    finally:
        engine.close()
    return EXIT_FAILED if engine.failed.done() else 0


async def _start(engine: Engine, on_ready: Callable[[], None]) -> None:
    try:
        await engine.app.start()
    except Exception as error:
        engine.fail(f"the worker can't start: {describe(error)}")
        return
    await engine.ready.wait()
    on_ready()


async def _until_end(engine: Engine, stop: asyncio.Event) -> None:
    waits: list[asyncio.Future[Any]] = [
        asyncio.ensure_future(stop.wait()),
        asyncio.ensure_future(engine.app.wait_until_stopped()),
        engine.failed,
    ]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    if not stop.is_set() and not engine.failed.done():
        reason = engine.app.crash_reason
        engine.fail(f"Faust has stopped: {'no reason given' if reason is None else describe(reason)}")
    for wait in waits[:2]:
        wait.cancel()


async def _close(engine: Engine, starting: asyncio.Task[None]) -> None:
    starting.cancel()
    try:
        async with asyncio.timeout(CLOSE_BOUND_S):
            await engine.app.stop()
    except Exception as error:
        log.warning("the worker did not stop cleanly", error=describe(error))
