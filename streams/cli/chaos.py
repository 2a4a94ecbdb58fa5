"""`vitalstream chaos`: faults on purpose, and what they cost."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from streams.chaos.plan import Fault
    from streams.chaos.report import Report


def register(app: typer.Typer) -> None:
    """Add `chaos` to the command line."""
    app.command()(chaos)


def chaos(
    faults: Annotated[
        list[str] | None, typer.Argument(metavar="[FAULT]...", help="which, all if left out; see --list")
    ] = None,
    rounds: Annotated[int, typer.Option(min=1, max=1000, help="how often each")] = 1,
    seed: Annotated[
        int | None, typer.Option(min=0, help="the same seed gives the same wearers, moments and choices")
    ] = None,
    wearers: Annotated[int, typer.Option(min=4, max=5000, help="how many people")] = 60,
    rate: Annotated[float, typer.Option(min=10, max=5000, help="packets a second meanwhile")] = 120,
    out: Annotated[Path | None, typer.Option(help="write what was found here, as JSON")] = None,
    json_: Annotated[bool, typer.Option("--json", help="print it as one JSON object")] = False,
    list_: Annotated[bool, typer.Option("--list", help="say which faults there are, and end")] = False,
) -> None:
    """Break things on purpose, on this machine alone, and see that nothing is lost or repeated.

    Starts a Kafka, a Valkey and two workers of its own (a stack that runs already is left alone), feeds
    simulated wearers, and lets one fault after the other happen at a random moment. When all is read again,
    packets, alerts and stored state are compared with an uninterrupted run of the core over the same log.
    Ends with exit code 1 when anything differs, or when workers do not recover by themselves.
    """
    import random

    from rich.console import Console

    from streams.chaos.report import to_json
    from streams.chaos.view import table
    from streams.stack.process import exit_on_sigterm

    if list_:
        _list(json_)
        return
    chosen = _chosen(faults or [])
    seed = random.randrange(10**6) if seed is None else seed
    console = Console(stderr=json_)
    console.print(f"seed {seed}; repeat this with --seed {seed}", highlight=False)
    with exit_on_sigterm():
        report = _run(chosen, rounds, seed, wearers, rate, console, out)
    if json_:
        typer.echo(to_json(report).decode(), nl=False)
    else:
        console.print(table(report.rounds))
    for name, why in report.skipped.items():
        console.print(f"{name} was skipped: {why}", highlight=False)
    if not report.clean:
        raise typer.Exit(1)


def _run(
    chosen: list[Fault],
    count: int,
    seed: int,
    wearers: int,
    rate: float,
    console: object,
    out: Path | None,
) -> Report:
    from streams.chaos.report import Report, to_json
    from streams.chaos.run import Work, missing, run_fault
    from streams.chaos.view import screen
    from streams.cli.stack import download_bar

    work = Work(wearers, rate)
    skipped: dict[str, str] = {}
    with screen(console, count) as shown:  # type: ignore[arg-type]
        for fault in chosen:
            if why := missing(fault):
                skipped[fault.name] = why
                continue
            for round_ in run_fault(fault, count, seed, work, download_bar, shown.say(fault)):
                shown.take(round_)
                if out is not None:  # after each: a long run that is broken off has told something
                    out.write_bytes(to_json(Report(seed, wearers, rate, shown.rounds, skipped)))
    return Report(seed, wearers, rate, shown.rounds, skipped)


def _chosen(names: list[str]) -> list[Fault]:
    from streams.chaos.plan import chosen
    from streams.errors import UserError

    try:
        return chosen(names)
    except KeyError as error:
        raise UserError(
            f"there is no fault {error}: `vitalstream chaos --list` says which there are"
        ) from error


def _list(json_: bool) -> None:
    import json

    from streams.chaos.plan import FAULTS

    if json_:
        typer.echo(json.dumps({fault.name: fault.says for fault in FAULTS}))
        return
    width = max(len(fault.name) for fault in FAULTS)
    for fault in FAULTS:
        needs = f" (needs {fault.needs})" if fault.needs else ""
        typer.echo(f"{fault.name:{width}}  {fault.says}{needs}")
