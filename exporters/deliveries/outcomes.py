"""What became of an attempt to deliver."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Fault = Literal[
    "timeout", "connection", "tls", "address", "redirect", "status", "busy", "refused", "gone", "error"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Failed:
    """It was not taken. `words` are safe to show: no address, no answer's body."""

    fault: Fault
    words: str
    retry_after_s: float | None = None


Outcome = Failed | None
"""None = the receiver has it."""

_REFUSED = frozenset({400, 413, 415, 422})
_BUSY = frozenset({429, 503})


def of_status(status: int, retry_after_s: float | None = None) -> Outcome:
    """What an HTTP status says."""
    words = f"HTTP {status}"
    if 200 <= status < 300:
        return None
    if status == 410:
        return Failed("gone", words)
    if status in _BUSY:
        return Failed("busy", words, retry_after_s)
    if status in _REFUSED:
        return Failed("refused", words)
    return Failed("redirect" if 300 <= status < 400 else "status", words)
