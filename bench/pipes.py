"""Tables for pages in docs, and their place on a page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from pathlib import Path

from streams.errors import UserError


def pipes(head: Sequence[str], rows: Iterable[Sequence[str]], left: Collection[str] = ()) -> str:
    """A table in Markdown; columns are numbers but for those that are named as `left`."""
    rule = ["---" if name in left else "---:" for name in head]
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, rule, *rows))


def replace_between(path: Path, begin: str, end: str, text: str) -> None:
    """Replace what stands between two marks of a page. Raises UserError when it has none."""
    head, found, rest = path.read_text().partition(begin)
    _, closed, tail = rest.partition(end)
    if not found or not closed:
        raise UserError(f"{path} has no place for the figures: put these two lines into it: {begin} {end}")
    path.write_text(f"{head}{begin}\n\n{text}\n\n{end}{tail}")
