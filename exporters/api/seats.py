"""How many streams are open, by person: nobody takes the memory, or the places of the others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.exceptions import HTTPException

ALL = 2_000
"""Streams of one process; a stopped reader holds about 250 kB of it."""
EACH = 200
"""Streams of one person, or of all who show no token."""


class Seats:
    """Open streams by name of the person."""

    def __init__(self, most: int = ALL, each: int = EACH) -> None:
        self._most, self._each = most, each
        self._taken: Counter[str] = Counter()

    def check(self, name: str) -> None:
        """Raises HTTPException 503 when there is no place for one more."""
        if self._taken[name] >= self._each or self._taken.total() >= self._most:
            line = "too many streams are open: close some, or try again later"
            raise HTTPException(503, line, {"Retry-After": "30"})

    @contextmanager
    def taken(self, name: str) -> Iterator[None]:
        """While a stream is open."""
        self._taken[name] += 1
        try:
            yield
        finally:
            self._taken[name] -= 1
            if not self._taken[name]:
                del self._taken[name]
