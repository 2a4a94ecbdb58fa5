"""`vitalstream card`: one alert on one page, for a person: as text, HTML or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from exporters.alerts.card_content import Card
    from streams.records import Alert


FormatName = Literal["text", "html", "json"]
VoiceName = Literal["wearer", "clinician"]
LanguageName = Literal["en", "zh"]


def register(app: typer.Typer) -> None:
    """Add `card` to the command line."""
    app.command()(card)


def card(
    alert: Annotated[str, typer.Argument(help="id of an alert, as `vitalstream alerts --json` prints it")],
    format_: Annotated[FormatName, typer.Option("--format", help="text, html (a page) or json")] = "text",
    voice: Annotated[VoiceName, typer.Option(help="for whom the advice is said")] = "wearer",
    language: Annotated[LanguageName, typer.Option(help="en or zh (simplified Chinese)")] = "en",
) -> None:
    """Show an alert's card: level, the vitals that count, how sure, what to do, what would end it."""
    import asyncio

    from exporters.alerts.card_content import card_of
    from models.advice import load_catalogue

    found = asyncio.run(_read(alert))
    _show(card_of(found, load_catalogue(), voice, language), format_)


async def _read(alert_id: str) -> Alert:
    from exporters.alerts.client import read_alert
    from exporters.alerts.errors import RedisUnavailable
    from streams.errors import START, UserError
    from streams.settings import Settings
    from streams.stack import discover

    try:
        found = await read_alert(discover(Settings()).redis_url.get_secret_value(), alert_id)
    except RedisUnavailable as error:
        raise UserError(f"{error}: {START}") from error
    except ValueError as error:
        raise UserError(str(error)) from error
    if found is None:
        raise UserError(f"no alert {alert_id!r} is known: take an id from `vitalstream alerts --json`")
    return found


def _show(shown: Card, format_: FormatName) -> None:
    import msgspec
    from rich.console import Console

    from exporters.alerts.card_html import html_page
    from exporters.alerts.card_text import text_card

    if format_ == "json":
        typer.echo(msgspec.json.encode(shown).decode())
    elif format_ == "html":
        typer.echo(html_page(shown), nl=False)
    else:
        Console(highlight=False, soft_wrap=True).print(text_card(shown), end="")
