"""`vitalstream health`: asks a process of ours whether it makes progress; containers are checked by it."""

from __future__ import annotations

from typing import Annotated

import typer

from streams.beside import ServiceName


def register(app: typer.Typer) -> None:
    """Add `health` to the command line."""
    app.command()(health)


def health(
    service: Annotated[ServiceName, typer.Argument(help="what runs here with the same settings")] = "worker",
    timeout_s: Annotated[float, typer.Option("--timeout", min=0.1, help="seconds to wait")] = 8.0,
) -> None:
    """Say whether the process beside this one works: exit code 1, with what stands still, when it does not.

    A worker and deliveries are asked at VITALSTREAM_METRICS_PORT whether they make progress, the alert API
    at VITALSTREAM_API_PORT whether what it needs answers. Both ports must be set.
    """
    from streams.beside import address, ask
    from streams.errors import UserError
    from streams.settings import Settings

    url = address(service, Settings())
    try:
        status, said = ask(url, timeout_s)
    except OSError as error:
        raise UserError(f"{url} does not answer: {getattr(error, 'reason', error)}") from error
    if status != 200:
        raise UserError(f"{url} answers {status}: {said}")
    typer.echo(said)
