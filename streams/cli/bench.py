"""`vitalstream bench`: what it costs on this machine, beside other ways of doing the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

bench = typer.Typer(help="Measure throughput, cost and latency on this machine.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `bench` to the command line."""
    app.add_typer(bench, name="bench")


@bench.callback()
def root() -> None:
    """Benchmarks need a checkout: they are not in the installed package."""


@bench.command()
def run(
    quick: Annotated[
        bool, typer.Option("--quick", help="one round of less, in under 3 minutes instead of 15")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="print one JSON object instead of tables")] = False,
    out: Annotated[Path | None, typer.Option(help="write the JSON object here too")] = None,
    docs: Annotated[
        Path | None, typer.Option(help="replace the figures of this page (docs/reference/benchmarks.md)")
    ] = None,
) -> None:
    """Race vitalstream against plain Faust and its own floor; then measure latency and memory."""
    import msgspec

    with _checkout():
        from bench.run import run as run_bench
        from bench.tables import terminal, write_docs
    from rich.console import Console

    from streams.cli.stack import download_bar

    with _telling() as tell:
        report = run_bench(quick, tell, download_bar)
    told = msgspec.json.format(msgspec.json.encode(report), indent=2)
    if out is not None:
        out.write_bytes(told + b"\n")
    if docs is not None:
        write_docs(report, docs)
    if json_:
        typer.echo(told.decode())
    else:
        Console().print(terminal(report))


@contextmanager
def _checkout() -> Iterator[None]:
    """Turn missing parts into the one line that says where to get them."""
    from streams.errors import UserError

    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing == "psutil":
            raise UserError("benchmarks need psutil: pip install 'vitalstream[bench]'") from error
        if missing == "bench":
            raise UserError("benchmarks need a checkout of the project: run `make bench` there") from error
        raise


@contextmanager
def _telling() -> Iterator[Callable[[str], None]]:
    """One line on standard error that says what is being measured."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: console.print(text, highlight=False)
        return
    with console.status("starting") as status:
        yield status.update
