"""`vitalstream card`: one alert on one page, for a person: as text, HTML or JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from streams.cli.known import AlertId, known_alert

if TYPE_CHECKING:
    from exporters.alerts.card_content import Card
    from exporters.narrator import Narrator
    from models.advice import Catalogue
    from streams.records import Advice, Alert
    from streams.settings import Settings


FormatName = Literal["text", "html", "json"]
VoiceName = Literal["wearer", "clinician"]
LanguageName = Literal["en", "zh"]


def register(app: typer.Typer) -> None:
    """Add `card` to the command line."""
    app.command()(card)


def card(
    alert: AlertId,
    format_: Annotated[FormatName, typer.Option("--format", help="text, html (a page) or json")] = "text",
    voice: Annotated[VoiceName, typer.Option(help="for whom the advice is said")] = "wearer",
    language: Annotated[LanguageName, typer.Option(help="en or zh (simplified Chinese)")] = "en",
    narrate: Annotated[
        bool, typer.Option("--narrate", help="let the narrator reword the advice (VITALSTREAM_NARRATOR_URL)")
    ] = False,
) -> None:
    """Show an alert's card: level, the vitals that count, how sure, what to do, what would end it."""
    import asyncio

    from exporters.alerts.card_content import card_of
    from models.advice import load_catalogue
    from streams.settings import Settings

    settings, catalogue = Settings(), load_catalogue()
    narrator = _narrator(settings) if narrate else None
    found = asyncio.run(_read(settings, alert))
    worded = None if narrator is None else asyncio.run(_worded(narrator, found, catalogue, voice, language))
    _show(card_of(found, catalogue, voice, language, worded), format_)


async def _read(settings: Settings, alert: str) -> Alert:
    from streams.stack import discover

    return await known_alert(discover(settings), alert)


def _narrator(settings: Settings) -> Narrator:
    from exporters.narrator import Narrator
    from streams.errors import UserError

    if settings.narrator_url is None:
        raise UserError("no narrator is set: give VITALSTREAM_NARRATOR_URL, or leave --narrate out")
    key = "" if settings.narrator_key is None else settings.narrator_key.get_secret_value()
    try:
        return Narrator(settings.narrator_url, settings.narrator_model, key, settings.narrator_timeout_s)
    except ValueError as error:
        raise UserError(str(error)) from error


async def _worded(
    narrator: Narrator, alert: Alert, catalogue: Catalogue, voice: VoiceName, language: LanguageName
) -> list[Advice]:
    async with narrator:
        told = await narrator.narrate(alert, catalogue, voice, language)
    if told.why:
        typer.echo(f"vitalstream: advice in the catalogue's words: {told.why}", err=True)
    return told.advice


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
