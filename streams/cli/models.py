"""`vitalstream train | evaluate | models card`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from streams.cli.registry import Json, Registry, models
from streams.cli.report import table

Data = Annotated[Path, typer.Option("--data", help="the data set's own folder, e.g. …/ltafdb_rr")]


class Model(StrEnum):
    """Networks that can be trained and judged."""

    RHYTHM = "rhythm"
    QUALITY = "quality"
    GLUCOSE = "glucose"
    UNUSUAL = "unusual"
    DETERIORATION = "deterioration"
    DIABETES = "diabetes"
    SYNTH = "synth"


class Judged(StrEnum):
    """What can be judged on a folder: a network, or the own normal's finding of illness (`onset`)."""

    RHYTHM = "rhythm"
    QUALITY = "quality"
    GLUCOSE = "glucose"
    UNUSUAL = "unusual"
    DETERIORATION = "deterioration"
    DIABETES = "diabetes"
    SYNTH = "synth"
    ONSET = "onset"


class Inputs(StrEnum):
    """Versions of `deterioration`: what a wearable measures, or with a clinic's values."""

    WEARABLE = "wearable"
    CLINICAL = "clinical"


class Split(StrEnum):
    """Which of the committed lists of people: those whom no network was trained or chosen on."""

    TEST = "test"


def register(app: typer.Typer) -> None:
    """Add `train` and `evaluate` to the command line."""
    app.command()(train)
    app.command()(evaluate)


def train(
    model: Model,
    data: Annotated[
        list[Path],
        typer.Option(
            "--data", help="the data set's own folder; diabetes (Pima, NHANES) and synth take --data twice"
        ),
    ],
    out: Annotated[Path, typer.Option("--out", help="registry folder to write to")],
) -> None:
    """Train a network from recordings and write ONNX file, manifest entry, card and learning curve."""
    with _told(), _progress() as tick:
        from models.training.run import train_model

        entries = train_model(model.value, data, out, tick)
    for entry in entries:
        typer.echo(f"{entry.name} {entry.version} is in {out / entry.file}, its card in {out / entry.card}")


def evaluate(
    model: Judged,
    data: Data,
    split: Annotated[
        Split | None, typer.Option("--split", help="only these people of the committed split")
    ] = None,
    inputs: Annotated[
        Inputs, typer.Option("--inputs", help="which version of deterioration")
    ] = Inputs.WEARABLE,
    registry: Registry = None,
    json_: Json = False,
) -> None:
    """Judge a network on a folder of recordings, through the same functions as the stream.

    `onset` runs the product's own step over minutes of watches (ID.csv.gz: minute, hr, steps;
    labels_aligned.csv: id, symptom_date) and gives people, labelled (with a known day of symptoms, worn
    around it), found (of those, an alert within days -7 to +21 of it), before (found before that day),
    lead_days (from the first alert day to the symptoms, positive = before), alert_days_inside and
    alert_days_outside of that window (local days on which an illness alert was told or its evidence stood;
    without a label all days are outside), days_outside (local days with a pulse outside of it),
    nights_outside (those whose night could be judged), per_140_days (alert days in 140 days outside), and
    rows, one for each person. It takes no --split.
    """
    from streams.errors import UserError

    if model is Judged.ONSET:
        if split is not None:
            raise UserError("onset has no committed split: nothing is trained for it; leave --split out")
        _onset(data, json_)
        return
    with _told(), _progress() as tick:
        from models.training.run import evaluate_model

        report = evaluate_model(model.value, data, split is Split.TEST, registry, tick, inputs.value)
    typer.echo(json.dumps(report) if json_ else table(report))


def _onset(data: Path, json_: bool) -> None:
    with _told(), _progress() as tick:
        from models.training.onset.judge import evaluate_onset, lines

        report = evaluate_onset(data, tick)
    typer.echo(json.dumps(report) if json_ else lines(report))


@models.command()
def card(
    model: Model,
    data: Annotated[
        list[Path],
        typer.Option("--data", help="the folder that it was trained from; diabetes takes --data twice"),
    ],
    registry: Registry = None,
) -> None:
    """Judge a network that is in the registry again, without training: manifest figures and card."""
    with _told(), _progress() as tick:
        from models.deep.networks import COMMITTED
        from models.training.run import make_card

        entries = make_card(model.value, data, registry or COMMITTED, tick)
    for entry in entries:
        typer.echo(f"the card of {entry.name} {entry.version} is {(registry or COMMITTED) / entry.card}")


@contextmanager
def _told() -> Iterator[None]:
    """Turn expected errors into the one line that a person can act on."""
    from models.datasets.rr import RecordError
    from models.datasets.tables import DatasetError
    from models.deep.manifest import RegistryError
    from streams.errors import UserError

    try:
        yield
    except (RecordError, DatasetError, RegistryError) as error:
        raise UserError(str(error)) from error
    except ModuleNotFoundError as error:
        raise UserError(_missing(error)) from error


def _missing(error: ModuleNotFoundError) -> str:
    """Say what to install for a library of an extra; any other missing module is a fault of ours."""
    library = (error.name or "").partition(".")[0]
    if library in {"jax", "flax", "optax", "jax2onnx", "onnx", "matplotlib"}:
        return f"training needs {library}: run `make train`, or pip install 'vitalstream[train]'"
    if library == "fairlearn":
        return "figures by group need fairlearn: pip install 'vitalstream[evaluate]'"
    raise error


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
