"""`vitalstream download`: the published data sets, from their publishers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `download` to the command line."""
    app.command()(download)


def download(
    dataset: Annotated[str, typer.Argument(help="shanghai_cgm, …, or any PhysioNet database as NAME_rr")],
    out: Annotated[Path, typer.Option(help="folder to make, for --data")],
) -> None:
    """Fetch a data set from its publisher into the layout that replay and training read.

    A call after a cut goes on where it ended.
    """
    from streams.gateways.download import download as fetch

    fetch(dataset, out)
    typer.echo(f"{dataset} is in {out}")
