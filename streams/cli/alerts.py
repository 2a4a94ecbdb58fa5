"""`vitalstream alerts`: every event in the life of every alert, oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.text import Text

    from exporters.alerts.client import AlertStream
    from streams.records import Alert

    Show = Callable[[str, Alert], None]


PriorityName = Literal["high", "medium", "low", "info"]


def register(app: typer.Typer) -> None:
    """Add `alerts` to the command line."""
    app.command()(alerts)


def alerts(
    follow: Annotated[
        bool, typer.Option("--follow", "-f", help="go on and wait for new ones, over outages of Redis")
    ] = False,
    since: Annotated[str, typer.Option(help="stream id to begin after; 0 = oldest kept, $ = new only")] = "0",
    priority: Annotated[PriorityName | None, typer.Option(help="this priority alone")] = None,
    at_least: Annotated[PriorityName | None, typer.Option(help="this priority or a graver one")] = None,
    condition: Annotated[str | None, typer.Option(help="this condition alone, such as rhythm")] = None,
    status: Annotated[str | None, typer.Option(help="this status alone, such as raised or resolved")] = None,
    wearer: Annotated[str | None, typer.Option(help="this wearer alone")] = None,
    json_: Annotated[bool, typer.Option("--json", help="print one JSON object a line, for pipes")] = False,
    long: Annotated[bool, typer.Option("--long", help="the whole card of each, with advice")] = False,
) -> None:
    """Print every life-cycle event of the alerts, oldest first (times in UTC).

    Each event is judged by itself: `--at-least high` shows an alert that was raised as medium from when it
    has become high, and nothing more of it, its end neither, once it is milder than that again.

    What Redis no longer has (older than VITALSTREAM_STREAM_TRIM_S) is told on stderr, so is an outage
    while following. Give the last `stream_id` that you handled as `--since` and nothing comes twice.
    """
    import asyncio

    from exporters.alerts.client import AlertStream
    from streams.errors import UserError
    from streams.records import Condition, Status
    from streams.settings import Settings
    from streams.stack import discover
    from streams.wires import redis_url

    try:
        stream = AlertStream(
            redis_url(discover(Settings())),
            since=since,
            follow=follow,
            priority=priority,
            at_least=at_least,
            condition=_known(condition, Condition),
            status=_known(status, Status),
            wearer=wearer,
        )
        asyncio.run(_print(stream, _as_json if json_ else _as_card(long)))
    except BrokenPipeError:
        _end_quietly()
    except ValueError as error:
        raise UserError(str(error)) from error


async def _print(stream: AlertStream, show: Show) -> None:
    from contextlib import aclosing

    from exporters.alerts.client import Gap, Revision
    from exporters.alerts.errors import LASTING, RedisUnavailable
    from streams.errors import START, UserError

    told: str | None = None
    try:
        async with aclosing(stream.events()) as events:
            async for event in events:
                if isinstance(event, Revision):
                    show(event.id, event.alert)
                elif isinstance(event, Gap):
                    _tell(f"missing: alerts between {event.after} and {event.before} ({event.reason})")
                else:
                    told = _tell_outage(stream, told)
    except RedisUnavailable as error:
        raise UserError(str(error) if error.kind in LASTING else f"{error}: {START}") from error


def _tell_outage(stream: AlertStream, told: str | None) -> str | None:
    """Say that the server is away, or back; once each. Raises RedisUnavailable when it was never there."""
    from exporters.alerts.errors import RedisUnavailable

    if stream.away is None:
        if told is not None:
            _tell("Redis answers again")
        return None
    error = RedisUnavailable(stream.away)
    if stream.heard is None:
        raise error
    if told is None:
        _tell(f"{error}; trying again")
    return stream.away


def _tell(words: str) -> None:
    typer.echo(f"vitalstream: {words}", err=True)


def _end_quietly() -> None:
    """The reader of our output has gone: that is its right."""
    import os
    import sys

    # What Python would flush at the end would complain once more.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _known(name: str | None, names: object) -> Any:
    """The same name. Raises UserError when it is none of a Literal's."""
    from typing import get_args

    from streams.errors import UserError

    if name is not None and name not in get_args(names):
        raise UserError(f"{name!r} is not known here: choose one of {', '.join(get_args(names))}")
    return name


def _as_json(stream_id: str, alert: Alert) -> None:
    import msgspec

    line = {"stream_id": stream_id, **msgspec.to_builtins(alert)}
    typer.echo(msgspec.json.encode(line).decode())


def _as_card(long: bool) -> Show:
    from rich.console import Console

    from exporters.alerts.card import card

    class Screen(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # rich would end with code 1

    console = Screen(highlight=False, soft_wrap=True)
    shown = _whole() if long else card
    return lambda _stream_id, alert: console.print(shown(alert))


def _whole() -> Callable[[Alert], Text]:
    from exporters.alerts.card_content import card_of
    from exporters.alerts.card_text import text_card
    from models.advice import load_catalogue

    catalogue = load_catalogue()
    return lambda alert: text_card(card_of(alert, catalogue))
