"""The command `vitalstream`. Each module of this package that has a `register(app)` adds its commands.

Command modules import only typer at their top and what they do inside the command: `--help` stays fast.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import sys

import typer


def build_app() -> typer.Typer:
    """The whole command line."""
    app = typer.Typer(
        help="Watches wearers' vitals and raises few, explained alerts.",
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        add_completion=False,
    )

    @app.callback()
    def root() -> None:
        pass  # makes typer keep sub-commands even when there is only one

    for module in pkgutil.iter_modules(__path__):
        register = getattr(importlib.import_module(f"{__name__}.{module.name}"), "register", None)
        if register is not None:
            register(app)
    _unwrap(app)
    return app


def _unwrap(app: typer.Typer) -> None:
    """Let the terminal wrap what `--help` says: typer would keep the line breaks of the source."""
    for command in app.registered_commands:
        if command.callback is not None and command.help is None:
            paragraphs = inspect.cleandoc(command.callback.__doc__ or "").split("\n\n")
            command.help = "\n\n".join(
                part if part.startswith(" ") else " ".join(part.split()) for part in paragraphs
            )
    for group in app.registered_groups:
        if group.typer_instance is not None:
            _unwrap(group.typer_instance)


def main() -> None:
    """Entry point: an expected error is one line on stderr and exit code 1; Ctrl-C is exit code 130."""
    try:
        build_app()()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        from streams.errors import one_line

        line = one_line(error)
        if line is None:
            raise
        typer.echo(f"vitalstream: {line}", err=True)
        sys.exit(1)
