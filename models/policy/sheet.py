"""What a policy file may hold: its tables as Structs, read strictly, so that a misspelt key is named."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from streams.records import Priority

Seconds = Annotated[float, Meta(ge=0, le=31_622_400)]
Text = Annotated[str, Meta(min_length=1)]


class GradeRow(msgspec.Struct, forbid_unknown_fields=True):
    """One grade: its edge, how long it must last, its priority."""

    priority: Priority
    delay_s: Seconds
    above: float | None = None
    below: float | None = None


class AdviceRow(msgspec.Struct, forbid_unknown_fields=True):
    """One piece of advice, and who says so."""

    text: Text
    source: Text


class ConditionRow(msgspec.Struct, forbid_unknown_fields=True):
    """The table of one condition."""

    title: Text
    grades: Annotated[list[GradeRow], Meta(min_length=1)]
    grace_s: Seconds
    clear_s: Seconds
    clears: Text
    lapse_s: Seconds = 86_400
    back: Annotated[float, Meta(ge=0)] = 0.0
    better: Annotated[float, Meta(gt=0)] | None = None
    remind: bool = True
    live: bool = True
    missing_s: Seconds = 0
    once: bool = False
    history: bool = True
    limits: dict[str, float] = {}
    advice: list[AdviceRow] = []


class PriorityRow(msgspec.Struct, forbid_unknown_fields=True):
    """How alerts of one priority behave."""

    remind_s: Seconds
    remind_most: Annotated[int, Meta(ge=0)]
    snooze_s: Seconds
    snooze_most_s: Seconds
    hour: Annotated[int, Meta(ge=0)]
    day: Annotated[int, Meta(ge=0)]
    answers_delay_s: Seconds
    waits: bool


class GeneralRow(msgspec.Struct, forbid_unknown_fields=True):
    """What holds for all conditions."""

    historic_s: Seconds
    improving_s: Annotated[float, Meta(gt=0)]
    off_s: Seconds
    unheard_s: Seconds
    off_remind_s: Seconds
    course_hour: Annotated[int, Meta(ge=1)]
    news: Annotated[int, Meta(ge=0)]
    reasons: Annotated[int, Meta(ge=1, le=8)]


class Sheet(msgspec.Struct):
    """A whole file."""

    policy: GeneralRow
    priority: dict[Priority, PriorityRow]
    groups: dict[str, list[str]]
    conditions: dict[str, ConditionRow]


def read(table: dict[str, Any]) -> Sheet:
    """The tables of a file, checked one by one. Raises ValueError that names the table."""
    table = dict(table)
    return Sheet(
        _table("policy", table.pop("policy", {}), GeneralRow),
        _table("priority", table.pop("priority", {}), dict[Priority, PriorityRow]),
        _table("groups", table.pop("groups", {}), dict[str, list[str]]),
        {name: _table(name, row, ConditionRow) for name, row in table.items()},
    )


def _table(name: str, row: Any, kind: Any) -> Any:
    try:
        return msgspec.convert(row, kind)
    except msgspec.ValidationError as error:
        raise ValueError(f"[{name}] {str(error).replace('Object', 'the table')}") from error
