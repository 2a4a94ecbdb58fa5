"""What was answered to an alert last, kept as one small number, and told as a record."""

from __future__ import annotations

from streams.records import Answer, Feedback

_CODES = {None: 0, False: 1, True: 2}
_SAID = (None, False, True)


def code_of(feedback: Feedback) -> int:
    """1 to 9, by what was said of usefulness and truth; 1 = nothing of either."""
    return 1 + 3 * _CODES[feedback.useful] + _CODES[feedback.true_alarm]


def answer_of(code: int, author: str) -> Answer | None:
    """The record of a kept answer; None for 0: nobody has answered."""
    useful, true = divmod(code - 1, 3)
    return Answer(_SAID[useful], _SAID[true], author) if code else None
