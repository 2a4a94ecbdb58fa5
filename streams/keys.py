"""The key that stored state is sealed with, and the schema that it is stored in, as settings say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from streams.errors import UserError
from streams.settings import Settings

if TYPE_CHECKING:
    from streams.engine.state.pages import Seal

LEAST_BYTES = 32


def state_key(settings: Settings) -> bytes:
    """The HMAC key of state snapshots. Raises UserError when there is none or it is too short."""
    try:
        key = bytes.fromhex(settings.state_key.get_secret_value()) if settings.state_key else b""
    except ValueError:
        key = b""
    if len(key) < LEAST_BYTES:
        raise UserError(
            "VITALSTREAM_STATE_KEY must be 32 random bytes in hex, the same for all workers"
            " (or VITALSTREAM_STATE_KEY_FILE a file that holds them): `openssl rand -hex 32` makes one"
        )
    return key


def state_schema(settings: Settings) -> int | None:
    """The schema that state is to be stored in; None = the newest.

    Raises UserError when this version can't write it.
    """
    from streams.engine.state.formats import FORMATS

    if settings.state_schema is not None and settings.state_schema not in FORMATS.rivers:
        raise UserError(
            f"VITALSTREAM_STATE_SCHEMA={settings.state_schema}: this version writes"
            f" {' or '.join(map(str, FORMATS.rivers))}; leave it out for the newest"
        )
    return settings.state_schema


def state_seal(settings: Settings) -> Seal:
    """What writes and opens stored state. Raises UserError as the two above do."""
    from streams.engine.state.pages import Seal

    return Seal(state_key(settings), state_schema(settings))
