"""What a process writes to standard error."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

from streams.logs import set_up_logging


@pytest.fixture
def root() -> Iterator[logging.Logger]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield root
    for handler in list(root.handlers):
        if handler not in handlers:
            root.removeHandler(handler)
    root.handlers[:] = handlers
    root.setLevel(level)


def test_an_error_tells_its_class_and_place_and_never_what_it_quotes(
    root: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logging("info")
    quoted = "-".join(["wearer", "77"])

    try:
        {}[quoted]
    except KeyError:
        logging.getLogger("uvicorn.error").exception("this went wrong")
    told = capsys.readouterr().err

    assert "ERROR uvicorn.error: this went wrong" in told
    assert "test_logs.py" in told
    assert told.rstrip().endswith("KeyError")
    assert quoted not in told
