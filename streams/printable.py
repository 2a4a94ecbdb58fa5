"""Text from outside, as it may be shown: in a terminal, a log, one line of an error."""

from __future__ import annotations

from unicodedata import category


def printable(text: str) -> str:
    """Text without what could steer a terminal or hide in a line: control and formatting characters."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or category(c) == "Zs" else "\ufffd" for c in text)


def is_one_line(text: str) -> bool:
    """Whether it has neither line breaks nor control characters."""
    return text.isprintable() or not any(category(c) in ("Cc", "Zl", "Zp") for c in text)


class OneLine(Exception):
    """An error of one line, whatever it quotes: a name in a file may hold line breaks, steer a terminal."""

    def __str__(self) -> str:
        return printable(super().__str__())
