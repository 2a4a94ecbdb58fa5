"""Text from outside, as it may be shown: in a terminal, a log, one line of an error."""

from __future__ import annotations


def printable(text: str) -> str:
    """Text without what could steer a terminal or hide in a line: control and formatting characters."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "\ufffd" for c in text)


class OneLine(Exception):
    """An error of one line, whatever it quotes: a name in a file may hold line breaks, steer a terminal."""

    def __str__(self) -> str:
        return printable(super().__str__())
