"""`vitalstream alerts`: every event in the life of every alert, oldest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable

    from rich.text import Text

    from streams.records import Alert

    Show = Callable[[str, Alert], None]


PriorityName = Literal["high", "medium", "low", "info"]


def register(app: typer.Typer) -> None:
    """Add `alerts` to the command line."""
    app.command()(alerts)


def alerts(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="go on and wait for new ones")] = False,
    since: Annotated[str, typer.Option(help="stream id to begin after; 0 = oldest kept, $ = new only")] = "0",
    priority: Annotated[PriorityName | None, typer.Option(help="this priority alone")] = None,
    wearer: Annotated[str | None, typer.Option(help="this wearer alone")] = None,
    json_: Annotated[bool, typer.Option("--json", help="print one JSON object a line")] = False,
    long: Annotated[bool, typer.Option("--long", help="the whole card of each, with advice")] = False,
) -> None:
    """Print every life-cycle event of the alerts, oldest first (times in UTC)."""
    import asyncio

    from exporters.alerts.client import read_alerts
    from streams.settings import Settings
    from streams.stack import discover

    url = discover(Settings()).redis_url.get_secret_value()
    events = read_alerts(url, since, follow, priority=priority, wearer=wearer)
    asyncio.run(_print(events, _as_json if json_ else _as_card(long)))


async def _print(events: AsyncGenerator[tuple[str, Alert], None], show: Show) -> None:
    from contextlib import aclosing

    from exporters.alerts.errors import RedisUnavailable
    from streams.errors import START, UserError

    try:
        async with aclosing(events):
            async for stream_id, alert in events:
                show(stream_id, alert)
    except RedisUnavailable as error:
        raise UserError(f"{error}: {START}") from error
    except ValueError as error:
        raise UserError(str(error)) from error


def _as_json(stream_id: str, alert: Alert) -> None:
    import msgspec

    line = {"stream_id": stream_id, **msgspec.to_builtins(alert)}
    typer.echo(msgspec.json.encode(line).decode())


def _as_card(long: bool) -> Show:
    from rich.console import Console

    from exporters.alerts.card import card

    console = Console(highlight=False, soft_wrap=True)
    shown = _whole() if long else card
    return lambda _stream_id, alert: console.print(shown(alert))


def _whole() -> Callable[[Alert], Text]:
    from exporters.alerts.card_content import card_of
    from exporters.alerts.card_text import text_card
    from models.advice import load_catalogue

    catalogue = load_catalogue()
    return lambda alert: text_card(card_of(alert, catalogue))
