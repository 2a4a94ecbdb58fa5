"""What the Kafka client warns of is counted, without a word of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from exporters.metrics.client_errors import CLIENT, ClientErrors


@pytest.fixture
def quiet() -> Iterator[logging.Logger]:
    """aiokafka's log as a worker sets it up: only what is critical shows."""
    logger = logging.getLogger(CLIENT)
    before = logger.level
    logger.setLevel(logging.CRITICAL)
    yield logger
    logger.setLevel(before)


def test_warnings_count_although_the_log_leaves_them_out(
    quiet: logging.Logger, caplog: pytest.LogCaptureFixture
) -> None:
    counted: list[str] = []
    errors = ClientErrors(counted.append)

    errors.attach()
    logging.getLogger("aiokafka.consumer.fetcher").warning("a record of %s", "ann")
    quiet.info("nothing wrong")
    quiet.critical("the end")
    errors.detach()
    quiet.error("after that")

    assert counted == ["test_client_errors"] * 2
    assert caplog.messages == ["the end"]


def test_the_log_is_left_as_it_was_found(quiet: logging.Logger) -> None:
    errors = ClientErrors(lambda kind: None)

    errors.attach()
    errors.detach()

    assert (quiet.level, quiet.propagate, quiet.handlers) == (logging.CRITICAL, True, [])
