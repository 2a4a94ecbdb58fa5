"""What `simulate` and `replay` have in common: where to, how fast, and a bar to watch."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from streams.gateways.pump import FileSink, Sent, Sink, pace, pump
from streams.gateways.timed import Timed
from streams.settings import Settings
from streams.stack import discover

if TYPE_CHECKING:
    from collections.abc import Callable


def send_all(
    records: Iterable[Timed], out: Path | None, speed: float | None, span: tuple[int, int] | None, title: str
) -> Sent:
    """Send records to Kafka, or to the file `out`; `span` is their event time (ms) for the bar, if known."""
    with _sink(out) as sink, _bar(span, title) as tick:
        return pump(pace(records, speed), sink, tick)


@contextmanager
def _sink(out: Path | None) -> Iterator[Sink]:
    if out is not None:
        with FileSink(out) as file:
            yield file
        return
    from streams.gateways.producer import VitalsProducer
    from streams.stack.topics import ensure_topics

    settings = discover(Settings())
    ensure_topics(settings.broker, settings.partitions)
    with VitalsProducer(settings.broker) as producer:
        yield producer


@contextmanager
def _bar(span: tuple[int, int] | None, title: str) -> Iterator[Callable[[int], None] | None]:
    if span is None or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(title, total=span[1] - span[0])
        yield lambda at: progress.update(task, completed=at - span[0])
