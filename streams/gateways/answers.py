"""What a person may say to an alert: the checks of the command line and of the API."""

from __future__ import annotations

from unicodedata import category

import msgspec

from models.policy.rules import load_policy
from streams.errors import UserError
from streams.records import Alert, Feedback, Priority

UNSENDABLE = frozenset({"Cc", "Cs"})
"""Unicode categories: control characters, and what no text holds."""


class Over(UserError):
    """The alert is over, so that this can't be said to it any more."""


def sendable(feedback: Feedback, found: Alert) -> Feedback:
    """The record, if workers will take it. Raises UserError that names the field, never its text."""
    if found.status == "resolved" and feedback.action != "answer":
        raise Over("it is over: an alert can only be answered then, up to 14 days after it")
    for name in ("author", "comment"):
        if any(category(letter) in UNSENDABLE for letter in getattr(feedback, name)):
            raise UserError(f"this answer can't be sent: control characters in the {name}")
    try:
        return msgspec.convert(msgspec.to_builtins(feedback), Feedback)
    except msgspec.ValidationError as error:
        raise UserError(f"this answer can't be sent: {error}") from error


def longest_snooze(priority: Priority) -> int:
    """For how many minutes an alert of this priority can be silenced at most, by the policy."""
    return load_policy().manners[priority].snooze_most_ms // 60_000
