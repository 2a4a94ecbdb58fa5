"""Kafka goes and comes back while history follows it."""

from __future__ import annotations

import asyncio
import os
import signal

import pytest

from exporters.history.history import FILE
from streams.settings import Settings
from streams.stack import running_stack
from streams.stack.state import load_state
from tests.exporters.history.examples import trace
from tests.exporters.history.test_follow import Topics, following, until

pytestmark = [pytest.mark.integration, pytest.mark.fault]


@pytest.fixture
def own_stack(tmp_path):
    """Servers that this test may stop."""
    with running_stack(Settings(data_dir=tmp_path / "stack")) as running:
        yield running


def kafka_process(stack):
    state = load_state(stack.data_dir)
    assert state and state.kafka
    return state.kafka.pid


async def test_an_outage_of_kafka_is_told_and_nothing_is_missing_after_it(own_stack, tmp_path, caplog):
    topics = Topics(own_stack.broker)
    topics.send("traces", trace("w1", 0))
    async with following(tmp_path / FILE, own_stack.broker) as history:
        await until(lambda: "w1" in history.overview, "the first trace")

        os.kill(kafka_process(own_stack), signal.SIGSTOP)
        await until(lambda: not history.up, "the outage is noticed")
        os.kill(kafka_process(own_stack), signal.SIGCONT)
        await until(lambda: history.up, "it goes on")
        topics.send("traces", trace("w1", 1))
        await until(lambda: history.store.places() == 2, "the second trace")

        assert len(history.store.span("w1", 0, 2 * trace().time)) == 2
    assert caplog.text.count("Kafka does not answer") == 1


async def test_a_stop_is_quick_while_kafka_is_away(own_stack, tmp_path):
    async with following(tmp_path / FILE, own_stack.broker) as history:
        await until(lambda: history.up, "it follows")
        os.kill(kafka_process(own_stack), signal.SIGKILL)
        await until(lambda: not history.up, "the outage is noticed")

        async with asyncio.timeout(8):
            await history.stop()
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        await asyncio.wait(rest, timeout=30) if rest else None

        assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
