"""A deliverer that is killed: nothing is lost, nothing comes twice under two ids."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import pytest

from exporters.alerts.sink import AlertSink
from tests.exporters.deliveries.conftest import webhook
from tests.exporters.deliveries.hooks import HANG, serving
from tests.exporters.examples import alert

ALL = '[routes.all]\nto = ["app"]\npriority = "info"\n'
COMMAND = str(Path(sys.executable).with_name("vitalstream"))
Run = Callable[[Path], contextlib.AbstractAsyncContextManager[asyncio.subprocess.Process]]


@pytest.fixture
def run(url: str, tmp_path: Path) -> Run:
    """`vitalstream deliver` as a process of its own, ready; killed with -9 at the end."""

    @contextlib.asynccontextmanager
    async def start(file: Path) -> AsyncIterator[asyncio.subprocess.Process]:
        names = {"BROKER": "127.0.0.1:9", "REDIS_URL": url, "DATA_DIR": str(tmp_path), "METRICS_PORT": "0"}
        environment = {**os.environ, **{f"VITALSTREAM_{name}": value for name, value in names.items()}}
        command = (COMMAND, "deliver", str(file), "--json")
        process = await asyncio.create_subprocess_exec(
            *command, env=environment, stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        assert msgspec.json.decode(await process.stdout.readline())["ready"]
        try:
            yield process
        finally:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
            await process.wait()

    return start


async def test_what_was_sent_but_not_stored_is_sent_again_under_the_same_id(
    run: Run, write: Callable[[str], Path], sink: AlertSink
) -> None:
    """Killed while the receiver, which has the message, has not answered."""
    await sink.write([alert("a1")])
    async with serving(HANG, 204) as hook:
        file = write(webhook("app", hook.url) + ALL)
        async with run(file):
            await hook.got(1)
        async with run(file):
            await hook.got(2)

    assert hook.ids == ["a1-1", "a1-1"]


async def test_nothing_is_lost_and_order_holds_over_kills(
    run: Run, write: Callable[[str], Path], sink: AlertSink
) -> None:
    """Three kills in the middle of 120 alerts of three revisions each."""
    wanted = [f"a{i}-{revision}" for i in range(120) for revision in (1, 2, 3)]
    async with serving() as hook:
        file = write(webhook("app", hook.url) + ALL)
        async with run(file):
            await sink.write([alert("first")])
            await hook.got(1)
            await sink.write([alert(f"a{i}", revision) for i in range(120) for revision in (1, 2, 3)])
            await hook.got(60)
        for seen in (140, 220):
            async with run(file):
                await hook.got(seen)
        async with run(file):
            async with asyncio.timeout(30):
                while not set(wanted) <= set(hook.ids):
                    await hook.got(len(hook.requests) + 1)

    firsts = list(dict.fromkeys(hook.ids))
    assert sorted(firsts) == sorted([*wanted, "first-1"])
    for i in range(120):
        assert [one for one in firsts if one.startswith(f"a{i}-")] == [f"a{i}-{r}" for r in (1, 2, 3)]
    # What comes again is what was on its way at a kill, four at most each time.
    assert len(hook.ids) - len(firsts) <= 3 * 4


async def test_a_stop_lets_what_is_on_its_way_arrive(
    run: Run, write: Callable[[str], Path], sink: AlertSink
) -> None:
    async with serving() as hook, run(write(webhook("app", hook.url) + ALL)) as process:
        await sink.write([alert("a1")])
        await hook.got(1)
        process.send_signal(signal.SIGTERM)

        assert await process.wait() == 0


async def test_a_second_deliverer_of_one_data_folder_says_so(
    run: Run, write: Callable[[str], Path], url: str, tmp_path: Path
) -> None:
    async with serving() as hook:
        file = write(webhook("app", hook.url) + ALL)
        async with run(file):
            environment = {**os.environ, "VITALSTREAM_REDIS_URL": url, "VITALSTREAM_DATA_DIR": str(tmp_path)}
            second = await asyncio.create_subprocess_exec(
                *(COMMAND, "deliver", str(file)),
                env={**environment, "VITALSTREAM_BROKER": "127.0.0.1:9"},
                stderr=asyncio.subprocess.PIPE,
            )
            _, said = await second.communicate()

    assert second.returncode == 1
    assert said.decode().startswith(
        "vitalstream: deliveries can't start: another `vitalstream deliver` works"
    )
