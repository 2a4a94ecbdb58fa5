"""Tables of a TOML file that people write: what is no table, or no number, is told in one line."""

from __future__ import annotations

import math
import tomllib
from typing import Any

from streams.printable import is_one_line, printable

DEEPEST = 20
"""Tables within tables; no file here needs more than five."""


def toml_table(data: bytes) -> dict[str, Any]:
    """What the bytes of a file say.

    Raises ValueError, also for `nan` and `inf`, which are no limits, and for text of several lines or with
    control characters: each name and word may stand in an error or on a terminal.
    """
    try:
        table = tomllib.loads(data.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"not valid TOML: {error}") from error
    except RecursionError as error:
        raise ValueError("not valid TOML: nested too deeply") from error
    _check(table)
    return table


def _check(table: dict[str, Any]) -> None:
    level: list[Any] = [table]
    for _ in range(DEEPEST):
        if any(isinstance(value, float) and not math.isfinite(value) for value in level):
            raise ValueError("nan and inf are no numbers here")
        for text in level:
            if isinstance(text, str) and not is_one_line(text):
                shown = printable(text)[:80]
                raise ValueError(f"{shown}: no text here has line breaks or control characters")
        level = [inner for value in level for inner in _inner(value)]
    if level:
        raise ValueError(f"more than {DEEPEST} tables within tables")


def _inner(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [*value, *value.values()]
    return value if isinstance(value, list) else []
