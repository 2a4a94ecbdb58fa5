"""`vitalstream metrics-user`: a line for the file of who may read metrics."""

from __future__ import annotations

from typing import Annotated

import typer


def register(app: typer.Typer) -> None:
    """Add `metrics-user` to the command line."""
    app.command()(metrics_user)


def metrics_user(
    name: Annotated[str, typer.Argument(help="the user, such as prometheus")],
) -> None:
    """Print a line for VITALSTREAM_METRICS_USERS; the password is the first line of standard input.

    The file holds a digest, no password: `vitalstream metrics-user prometheus < password >> users`.
    """
    import sys

    from exporters.metrics.digest import Digest
    from streams.errors import UserError

    if not name.isprintable() or ":" in name or name != name.strip():
        raise UserError("the name of a user has no colon and no space around it")
    if sys.stdin.isatty():
        password = typer.prompt("password", hide_input=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    if len(password) < LEAST:
        raise UserError(f"a password has {LEAST} characters or more: `openssl rand -hex 32` makes one")
    typer.echo(f"{name}:{Digest.of(password)}")


LEAST = 12
