"""A decoder under test, and what may come of it."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
LONGEST_LINE = 2_000
"""Characters of an error, and as many as the input has, which may be quoted once."""


@dataclass(frozen=True, slots=True)
class Target:
    """`decode` gives a value, or raises one of `refuses` with one line; anything else is a fault."""

    name: str
    decode: Callable[[bytes], object]
    refuses: tuple[type[Exception], ...]
    seeds: tuple[bytes, ...]
    """Valid input, to begin from."""

    def check(self, data: bytes) -> object:
        """What was decoded; None when it was refused as it must be. Raises whatever else comes up."""
        try:
            return self.decode(data)
        except self.refuses as error:
            line = str(getattr(error, "detail", error))
            if len(line) > LONGEST_LINE + len(data) or len(line.splitlines()) > 1:
                raise AssertionError(f"{self.name}: no error of one line: {line[:300]!r}") from error
            return None


def in_file(name: str, read: Callable[[Path], object]) -> Callable[[bytes], object]:
    """A decoder of a file, as one of its bytes."""

    def decode(data: bytes) -> object:
        path = _folder() / name
        path.write_bytes(data)
        path.chmod(0o600)
        return read(path)

    return decode


@cache
def _folder() -> Path:
    return Path(tempfile.mkdtemp(prefix="fuzz-"))


def finished(coroutine: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives that waits for nothing."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value  # type: ignore[no-any-return]
    raise AssertionError("it waits")
