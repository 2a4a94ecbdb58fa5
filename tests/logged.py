"""What our log would have said: events with their fields, as the lines that a process writes."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest

from streams.logs import formatter


def lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    """Each record as a line of JSON has it."""
    make = formatter(io.StringIO(), "json")
    return [json.loads(make.format(record)) for record in caplog.records]


def text(caplog: pytest.LogCaptureFixture) -> str:
    """All lines, to look for what must not be there: more than a line would tell, so nothing is redacted."""
    return "\n".join(str(vars(record)) + record.getMessage() for record in caplog.records)
