"""`vitalstream schemas`: JSON Schemas and the AsyncAPI document, for who writes to or reads the topics."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `schemas` to the command line."""
    app.command()(schemas)


def schemas(
    out: Annotated[Path, typer.Option(help="folder to write to; made when missing")] = Path("schemas"),
) -> None:
    """Write the JSON Schema of every record and the AsyncAPI document of the topics."""
    from streams.schemas import files

    out.mkdir(parents=True, exist_ok=True)
    for name, body in files().items():
        (out / name).write_bytes(body)
        typer.echo(out / name)
