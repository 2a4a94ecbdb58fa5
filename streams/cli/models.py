"""`vitalstream train | evaluate | models list | models verify`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from models.deep.manifest import ModelEntry

models = typer.Typer(help="The networks of the registry.", no_args_is_help=True)

Registry = Annotated[
    Path | None, typer.Option("--registry", help="folder with manifest.json; the one that ships if left out")
]
Data = Annotated[Path, typer.Option("--data", help="the data set's own folder, e.g. …/ltafdb_rr")]
Json = Annotated[bool, typer.Option("--json", help="print JSON")]


class Model(StrEnum):
    """Networks that can be trained and judged."""

    RHYTHM = "rhythm"


class Split(StrEnum):
    """Which of the committed lists of people: those whom no network was trained or chosen on."""

    TEST = "test"


def register(app: typer.Typer) -> None:
    """Add `train`, `evaluate` and `models` to the command line."""
    app.command()(train)
    app.command()(evaluate)
    app.add_typer(models, name="models")


def train(
    model: Model,
    data: Data,
    out: Annotated[Path, typer.Option("--out", help="registry folder to write to")],
) -> None:
    """Train a network from recordings and write ONNX file, manifest entry, card and learning curve."""
    with _told(), _progress() as tick:
        from models.training.run import train_model

        entry = train_model(model.value, data, out, tick)
    typer.echo(f"{entry.name} {entry.version} is in {out / entry.file}, its card in {out / entry.card}")


def evaluate(
    model: Model,
    data: Data,
    split: Annotated[
        Split | None, typer.Option("--split", help="only these people of the committed split of LTAFDB")
    ] = None,
    registry: Registry = None,
    json_: Json = False,
) -> None:
    """Judge a network on a folder of recordings, through the same functions as the stream."""
    assert model is Model.RHYTHM
    with _told(), _progress() as tick:
        from models.training.run import evaluate_model

        report = evaluate_model(data, split is Split.TEST, registry, tick)
    typer.echo(json.dumps(report) if json_ else _table(report))


@models.command("list")
def list_(registry: Registry = None, json_: Json = False) -> None:
    """Show every version of every network with its status and threshold."""
    import msgspec

    from models.deep.manifest import read_manifest
    from models.deep.networks import COMMITTED

    with _told():
        entries = read_manifest(registry or COMMITTED).models
    if json_:
        typer.echo(msgspec.json.encode(entries).decode())
        return
    for entry in entries:
        typer.echo(_line(entry))


@models.command()
def verify(registry: Registry = None, json_: Json = False) -> None:
    """Check every active network: sha256, single dense file, signature, sample outputs."""
    from models.deep.networks import COMMITTED, Networks

    folder = registry or COMMITTED
    with _told():
        versions = Networks.load(folder).versions
    if json_:
        typer.echo(json.dumps({"registry": str(folder), "verified": versions}))
        return
    for name, version in versions.items():
        typer.echo(f"{name} {version}: verified")


def _line(entry: ModelEntry) -> str:
    thresholds = ", ".join(f"{name} at {value}" for name, value in entry.thresholds.items())
    return f"{entry.name:<14} {entry.version:<8} {entry.status:<8} {entry.sha256[:12]}  {thresholds}"


def _table(report: dict[str, Any]) -> str:
    """The report for a person: counts first, then figures with their intervals."""
    counts = f"{report['people']} people, {report['windows']} windows ({report['windows_af']} in AF)"
    lines = [
        f"{report['model']} {report['version']} at P(AF) >= {report['threshold']}",
        f"{counts}, {report['windows_skipped']:.2%} of windows skipped",
    ]
    for name, (low, high) in report["intervals_95"].items():
        if report[name] is not None:
            lines.append(
                f"  {name:<6} {report[name]:.4f}   95 % interval over people {low:.4f} to {high:.4f}"
            )
    told = f"{report['alerts']} alerts, {report['false_alerts_per_24h']} false ones in 24 h"
    found = f"{report['episodes_found']} of {report['episodes']} episodes of 10 minutes or more found"
    lines.append(f"{found}, median delay {report['alert_delay_median_s']} s; {told}")
    return "\n".join(lines)


@contextmanager
def _told() -> Iterator[None]:
    """Turn expected errors into the one line that a person can act on."""
    from models.datasets.rr import RecordError
    from models.deep.manifest import RegistryError
    from streams.errors import UserError

    try:
        yield
    except (RecordError, RegistryError) as error:
        raise UserError(str(error)) from error
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in {
            "jax",
            "flax",
            "optax",
            "jax2onnx",
            "onnx",
            "matplotlib",
        }:
            raise
        line = f"training needs {error.name}: run `make train`, or pip install 'vitalstream[train]'"
        raise UserError(line) from error


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Progress bars on stderr, one per step of the work; called with what, done, of how many."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        tasks: dict[str, Any] = {}

        def tick(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = progress.add_task(what, total=total)
            progress.update(tasks[what], completed=done, total=total)

        yield tick
