"""`vitalstream demo`: everything on this machine, in a minute and a half."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `demo` to the command line."""
    app.command()(demo)


def demo(
    seconds: Annotated[float, typer.Option(min=10, max=3600, help="how long to stream")] = 90,
    wearers: Annotated[int, typer.Option(min=1, max=5000, help="how many people")] = 200,
    seed: Annotated[int, typer.Option(min=0, help="the same seed gives the same people and days")] = 1,
    stay: Annotated[
        bool, typer.Option("--stay", help="keep the servers and the board at the end, until Ctrl-C")
    ] = False,
    summary: Annotated[Path | None, typer.Option(help="write the summary here, as JSON")] = None,
) -> None:
    """Start Kafka, Valkey, a worker and the board, stream simulated wearers, and judge the alerts.

    Hours of event time pass in a minute. Nothing but this machine is used and nothing stays behind. Open the
    board's address in a browser; with --stay it can be looked at after the end, and alerts answered.
    """
    import time
    from contextlib import suppress

    from rich.console import Console

    from streams.cli.stack import download_bar
    from streams.demo import Plan, run_demo
    from streams.demo.summary import Summary, lines, write_summary
    from streams.stack.process import exit_on_sigterm

    console = Console()

    def judged(result: Summary, board: str) -> None:
        for line in lines(result):
            console.print(line, highlight=False)
        if summary is not None:
            write_summary(result, summary)
        if stay:
            console.print(f"the board stays at {board} until Ctrl-C")
            with suppress(KeyboardInterrupt):
                while True:
                    time.sleep(3600)

    with exit_on_sigterm():
        result = run_demo(Plan(seconds, wearers, seed), download_bar, console, judged)
    if not result.whole:
        raise typer.Exit(1)
