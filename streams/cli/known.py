"""The alert that a person names on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from streams.records import Alert
    from streams.settings import Settings

AlertId = Annotated[
    str, typer.Argument(help="the alert's id; of one that is out its first 6 characters or more do")
]


async def known_alert(settings: Settings, words: str) -> Alert:
    """The alert as it is now. Raises UserError where there is none, or several begin so."""
    from exporters.alerts.current import find_alert
    from exporters.alerts.errors import RedisUnavailable
    from streams.errors import START, UserError
    from streams.wires import redis_url

    try:
        found = await find_alert(redis_url(settings), words)
    except RedisUnavailable as error:
        raise UserError(f"{error}: {START}") from error
    except ValueError as error:
        raise UserError(str(error)) from error
    if found is None:
        raise UserError(
            f"there is no alert {words!r}: what is over needs its whole id,"
            " as `vitalstream alerts --json` tells it"
        )
    return found
