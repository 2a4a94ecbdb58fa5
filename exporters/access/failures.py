"""An error nobody has thought of, as one line for the log: its kind and place, never its words.

The words of a `KeyError` or of a decoder quote what they were given, such as the name of a wearer.
"""

from __future__ import annotations

import traceback
from pathlib import Path

FRAMES = 6


def trail(error: BaseException) -> str:
    """Kind of an error, and the last places that it went through; of a group, of its first."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    frames = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    places = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return f"{type(error).__name__} at {' > '.join(places)}"
