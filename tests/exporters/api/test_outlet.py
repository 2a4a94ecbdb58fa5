"""Whether answers would be taken is asked of the broker, each time."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from exporters.api.outlet import Outlet
from streams.settings import Settings
from streams.stack import LocalStack, running_stack

pytestmark = pytest.mark.integration


@pytest.fixture
def own_stack(tmp_path: Path) -> Iterator[LocalStack]:
    """Servers that this test may stop."""
    with running_stack(Settings(data_dir=tmp_path / "stack")) as running:
        yield running


async def until_ready_is(outlet: Outlet, wanted: bool) -> None:
    for _ in range(300):
        if await outlet.ready() is wanted:
            return
        await asyncio.sleep(0.2)
    pytest.fail(f"ready is not {wanted}")


async def test_a_broker_that_has_gone_is_noticed_and_so_is_its_return(own_stack: LocalStack) -> None:
    outlet = Outlet(own_stack.broker)
    await until_ready_is(outlet, True)

    own_stack.kafka.kill()
    await until_ready_is(outlet, False)
    await asyncio.to_thread(own_stack.kafka.start)

    await until_ready_is(outlet, True)
    await outlet.close()
