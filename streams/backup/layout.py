"""How a backup is laid out, and how its making is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from streams.backup.lines import Page, Record, reading
from streams.engine.names import FEEDBACK, PROFILES, VITALS

Progress = Callable[[str, int], AbstractContextManager[Callable[[int], None]]]
"""Given what is being done and how much of it, shows a bar; gives the function that moves it on."""

STATE, ALERTS = "state.jsonl.gz", "redis.jsonl.gz"
RECORDS = {topic: f"{topic}.jsonl.gz" for topic in (PROFILES, VITALS, FEEDBACK)}
"""Topics of which records are kept: profiles all, of the others what state has not seen."""


def quietly(_what: str, _total: int) -> AbstractContextManager[Callable[[int], None]]:
    """Progress that nobody sees."""
    return nullcontext(lambda _moved: None)


def pages_of(folder: Path) -> Iterator[Page]:
    """Every page of a backup, partition by partition."""
    return reading(folder / STATE, Page)


def records_of(folder: Path, topic: str) -> Iterator[Record]:
    """Every record of a topic that a backup keeps, partition by partition."""
    return reading(folder / RECORDS[topic], Record)
