"""What of a text is shown."""

from __future__ import annotations

import pytest

from streams.printable import OneLine, is_one_line, printable


@pytest.mark.parametrize(
    ("text", "shown", "one_line"),
    [
        ("Ann\u00a0B. 心\u3000率", "Ann\u00a0B. 心\u3000率", True),
        ("a\nb\u2028c", "a\ufffdb\ufffdc", False),
        ("\x1b[2Jgone", "\ufffd[2Jgone", False),
        ("\u202etxt.exe", "\ufffdtxt.exe", True),
    ],
)
def test_what_could_steer_a_terminal_is_not_shown(text: str, shown: str, one_line: bool) -> None:
    assert printable(text) == shown
    assert str(OneLine(text)) == shown
    assert is_one_line(text) == one_line
