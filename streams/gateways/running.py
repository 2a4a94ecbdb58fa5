"""What `simulate` and `replay` have in common: where to, how fast, and a bar to watch."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING

from streams.gateways.pump import FileSink, Sent, Sink, pace, pump
from streams.gateways.timed import Timed
from streams.settings import Settings
from streams.stack import discover

if TYPE_CHECKING:
    from collections.abc import Callable


def send_all(
    records: Iterable[Timed],
    out: Path | None,
    speed: float | None,
    title: str,
    span: tuple[int, int] | None = None,
) -> Sent:
    """Send records to Kafka, or to the file `out`; `span` is their event time (ms), if known ahead."""
    records = iter(records)
    # The first one is made before a server is asked or a bar drawn: a wrong folder is told at once.
    first = list(islice(records, 1))
    with _sink(out) as sink, _bar(span, title) as tick:
        return pump(pace(chain(first, records), speed), sink, tick)


@contextmanager
def _sink(out: Path | None) -> Iterator[Sink]:
    if out is not None:
        with FileSink(out) as file:
            yield file
        return
    from streams.gateways.producer import VitalsProducer
    from streams.stack.topics import ensure_topics
    from streams.wires.rights import reach

    settings = discover(Settings())
    broker = reach(settings, "simulator")
    ensure_topics(broker, settings.partitions)
    with VitalsProducer(broker) as producer:
        yield producer


@contextmanager
def _bar(span: tuple[int, int] | None, title: str) -> Iterator[Callable[[int, int], None] | None]:
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[told]}"))
    console = Console(stderr=True)
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        begin, end = span or (0, 0)
        task = progress.add_task(title, total=end - begin if span else None, told="")

        def tick(at: int, count: int) -> None:
            now = f"{datetime.fromtimestamp(at / 1000, UTC):%Y-%m-%d %H:%M}, {count:,} packets"
            progress.update(task, completed=at - begin, told=now)

        yield tick
