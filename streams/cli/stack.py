"""`vitalstream stack up | down`: the embedded Kafka and Valkey alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

stack = typer.Typer(help="The embedded Kafka and Valkey of VITALSTREAM_DATA_DIR.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `stack` to the command line."""
    app.add_typer(stack, name="stack")


@stack.command()
def up(json_: Annotated[bool, typer.Option("--json", help="print one JSON object")] = False) -> None:
    """Start Kafka and Valkey, or find them running, and make the topics. They go on until `stack down`."""
    from streams.settings import Settings
    from streams.stack import bring_up
    from streams.stack.process import exit_on_sigterm

    with exit_on_sigterm():
        found = bring_up(Settings(), download_bar)
    told = {"broker": found.broker, "redis_url": found.redis_url, "data_dir": str(found.data_dir)}
    if json_:
        typer.echo(json.dumps(told))
    else:
        typer.echo(f"Kafka   {found.broker}\nValkey  {found.redis_url}\nData    {found.data_dir}")
        typer.echo("Stop both with: vitalstream stack down")


@stack.command()
def down() -> None:
    """Stop what `stack up` started; the data stay."""
    from streams.settings import Settings
    from streams.stack import bring_down

    stopped = bring_down(Settings().data_dir)
    typer.echo(f"stopped {' and '.join(stopped)}" if stopped else "nothing runs")


@contextmanager
def download_bar(total: int) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr for a download of `total` bytes."""
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("Kafka, once", total=total)
        yield lambda received: progress.advance(task, received)
