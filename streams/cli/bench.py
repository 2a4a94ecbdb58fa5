"""`vitalstream bench`: what it costs on this machine, beside other ways of doing the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypeVar

import typer

T = TypeVar("T")

bench = typer.Typer(help="Measure throughput, cost and latency on this machine.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add `bench` to the command line."""
    app.add_typer(bench, name="bench")


@bench.callback()
def root() -> None:
    """Benchmarks need a checkout: they are not in the installed package."""


@bench.command()
def race(
    quick: Annotated[
        bool, typer.Option("--quick", help="10-sample packets alone, no crowds, in under 5 minutes")
    ] = False,
    json_: Annotated[bool, typer.Option("--json", help="print one JSON object instead of tables")] = False,
    out: Annotated[Path | None, typer.Option(help="write the JSON object here too")] = None,
    docs: Annotated[
        Path | None, typer.Option(help="replace the figures of this page (docs/reference/benchmarks.md)")
    ] = None,
    pictures: Annotated[
        Path | None, typer.Option(help="draw the figures into this folder, as SVG (docs/pictures)")
    ] = None,
    read: Annotated[Path | None, typer.Option(help="tell again what --out wrote, without a run")] = None,
) -> None:
    """Race vitalstream against plain Faust, Quix Streams and Bytewax; time alerts; weigh a wearer."""
    import msgspec

    with checkout():
        from bench.race.figures import Report
        from bench.race.pictures import draw
        from bench.race.run import run
        from bench.race.tables import terminal, write_docs
    from rich.console import Console

    from streams.cli.stack import download_bar

    if read is not None:
        report = decoded(read, Report)
    else:
        with telling() as tell:
            report = run(quick, tell, download_bar)
    told = msgspec.json.format(msgspec.json.encode(report), indent=2)
    if out is not None:
        out.write_bytes(told + b"\n")
    if docs is not None:
        write_docs(report, docs)
    drawn = draw(report, pictures) if pictures is not None else []
    if json_:
        typer.echo(told.decode())
    else:
        Console().print(terminal(report), *(f"Picture: {path}" for path in drawn), sep="\n")


@bench.command()
def step(
    wearers: Annotated[int, typer.Option(min=1, help="how many people")] = 40,
    hours: Annotated[float, typer.Option(min=0.5, help="event time to simulate")] = 3.0,
    json_: Annotated[bool, typer.Option("--json", help="print one JSON object instead of lines")] = False,
) -> None:
    """Time one packet's way through the core without networks; weigh a wearer, stored and restored."""
    with checkout():
        from bench.cost.step import measure
    with telling() as tell:
        tell("timing steps")
        figures = measure(wearers, hours)
    _tell(
        figures,
        json_,
        *(f"{us:7.1f} µs a packet of {samples} samples a signal" for samples, us in figures.step_us.items()),
        f"{figures.snapshot_bytes:7} bytes a wearer stored, {figures.restored_bytes} restored",
    )


@bench.command()
def restart(
    wearers: Annotated[int, typer.Option(min=1, max=1_000_000, help="whose state is stored")] = 100_000,
    partitions: Annotated[int, typer.Option(min=1, max=4096, help="that one worker takes")] = 16,
    json_: Annotated[bool, typer.Option("--json", help="print one JSON object instead of lines")] = False,
) -> None:
    """Time a worker that comes back with the state of many wearers, and weigh it then."""
    from streams.cli.stack import download_bar

    with checkout():
        from bench.endurance.restart import measure
    with telling() as tell, _scratch() as folder:
        figures = measure(folder, wearers, partitions, tell, download_bar)
    _tell(
        figures,
        json_,
        f"{figures.ready_s:7.1f} s until the state of {figures.wearers:,} wearers is recovered",
        f"{figures.scored_s:7.1f} s until the {figures.packets:,} packets that waited are scored",
        f"{figures.memory_bytes / 1e9:7.2f} GB resident, {figures.stored_bytes} bytes a wearer stored",
    )


@bench.command()
def subscribers(
    seconds: Annotated[float, typer.Option(min=5, help="how long to feed at half load")] = 24.0,
    readers: Annotated[int, typer.Option(min=1, max=1000, help="how many follow by SSE at once")] = 10,
    json_: Annotated[bool, typer.Option("--json", help="print one JSON object instead of lines")] = False,
) -> None:
    """Time alerts on their way to Valkey and on to subscribers of the API, at half of the worker's load."""
    from streams.cli.stack import download_bar

    with checkout():
        from bench.race.subscribers import measure
    with telling() as tell, _scratch() as folder:
        figures = measure(folder, seconds, readers, tell, download_bar)
    _tell(
        figures,
        json_,
        f"{figures.packets_per_s:,.0f} packets/s, {figures.subscribers} subscribers",
        *(
            f"{name:6} p50 {reached.p50:5.0f}  p99 {reached.p99:5.0f}  p99.9 {reached.p999:5.0f} ms"
            f"  ({reached.count} alerts)"
            for name, reached in (("Valkey", figures.valkey_ms), ("SSE", figures.sse_ms))
        ),
    )


def _tell(figures: object, as_json: bool, *lines: str) -> None:
    import msgspec

    for line in (msgspec.json.encode(figures).decode(),) if as_json else lines:
        typer.echo(line)


@contextmanager
def _scratch() -> Iterator[Path]:
    import tempfile

    with tempfile.TemporaryDirectory(prefix="vitalstream-bench-") as folder:
        yield Path(folder)


@bench.command()
def personal(
    wearers: Annotated[int, typer.Option(min=1, max=99_999, help="how many people")] = 200,
    days: Annotated[float, typer.Option(min=1, help="event time to simulate")] = 14.0,
    seed: Annotated[int, typer.Option(min=0, help="the same seed gives the same packets")] = 1,
    processes: Annotated[int, typer.Option(min=1, help="groups of wearers that run at once")] = 2,
    quick: Annotated[bool, typer.Option("--quick", help="24 wearers over 4 days")] = False,
    data: Annotated[
        Path | None,
        typer.Option(help="folder that holds welltory_hrv_covid19 and ltdb_rr, to replay them too"),
    ] = None,
    parts: Annotated[
        str, typer.Option(help="what to study beside own normal as it ships")
    ] = "answers,population,recordings",
    json_: Annotated[bool, typer.Option("--json", help="print one JSON object instead of tables")] = False,
    out: Annotated[Path | None, typer.Option(help="write the JSON object here too")] = None,
    docs: Annotated[
        Path | None, typer.Option(help="replace the figures of this page (docs/reference/study.md)")
    ] = None,
    read: Annotated[Path | None, typer.Option(help="tell again what --out wrote, without a run")] = None,
) -> None:
    """Study what own normal and answers bring, on planted episodes and on recordings of real people."""
    import msgspec

    with checkout():
        from bench.personal.figures import Study
        from bench.personal.run import chosen
        from bench.personal.run import run as run_study
        from bench.personal.tables import terminal, write_docs
        from bench.personal.world import QUICK, World
    from rich.console import Console

    if read is not None:
        study = decoded(read, Study)
    else:
        world = QUICK if quick else World(wearers, days, seed)
        with _advancing() as tell:
            study = run_study(world, processes, data, tell, quick=quick, parts=chosen(parts))
    told = msgspec.json.format(msgspec.json.encode(study), indent=2)
    if out is not None:
        out.write_bytes(told + b"\n")
    if docs is not None:
        write_docs(study, docs)
    if json_:
        typer.echo(told.decode())
    else:
        Console().print(terminal(study))


def decoded(path: Path, kind: type[T]) -> T:
    """What a run wrote with --out. Raises UserError when it can't be read."""
    import msgspec

    from streams.errors import UserError

    try:
        return msgspec.json.decode(path.read_bytes(), type=kind)
    except (OSError, msgspec.DecodeError) as error:
        raise UserError(f"{path} can't be read: {error}") from error


@contextmanager
def _advancing() -> Iterator[Callable[[str, float], None]]:
    """A bar on standard error; without a terminal a line at every tenth."""
    from rich.console import Console
    from rich.progress import Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    if not console.is_terminal:
        told = 0

        def line(text: str, share: float) -> None:
            nonlocal told
            if int(share * 10) > told:
                told = int(share * 10)
                console.print(text, highlight=False)

        yield line
        return
    columns = (*Progress.get_default_columns()[:3], TimeRemainingColumn(), TextColumn("{task.fields[text]}"))
    with Progress(*columns, console=console) as progress:
        task = progress.add_task("scoring", total=1.0, text="")
        yield lambda text, share: progress.update(task, completed=share, text=text)


@contextmanager
def checkout() -> Iterator[None]:
    """Turn missing parts into the one line that says where to get them."""
    from streams.errors import UserError

    try:
        yield
    except ModuleNotFoundError as error:
        missing = (error.name or "").partition(".")[0]
        if missing in {"psutil", "matplotlib"}:
            raise UserError(f"benchmarks need {missing}: pip install 'vitalstream[bench]'") from error
        if missing == "bench":
            raise UserError("benchmarks need a checkout of the project: run `make bench` there") from error
        raise


@contextmanager
def telling() -> Iterator[Callable[[str], None]]:
    """One line on standard error that says what is being measured."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda text: console.print(text, highlight=False)
        return
    with console.status("starting") as status:
        yield status.update
