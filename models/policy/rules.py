"""The rules in force, read from one readable file: `policy.toml` beside this module."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from streams.records import Condition, Priority

LAPSE_MS = 86_400_000
DEFAULT = Path(__file__).with_name("policy.toml")


@dataclass(frozen=True, slots=True)
class GradeRule:
    """One grade of a condition: where it begins, how long it must last, how urgent it is."""

    priority: Priority
    delay_ms: int
    above: float | None
    below: float | None


@dataclass(frozen=True, slots=True)
class Rule:
    """How one condition becomes an alert and how the alert ends."""

    condition: Condition
    title: str
    grades: tuple[GradeRule, ...]
    grace_ms: int
    clear_ms: int
    clears: str
    advice: tuple[tuple[str, str], ...]
    limits: dict[str, float]
    lapse_ms: int = LAPSE_MS
    """Without evidence either way for so long an alert is no longer upheld."""

    def level(self, value: float, softer: float = 0.0) -> int:
        """The highest grade whose edge `value` passes; `softer` moves every edge to the mild side."""
        found = 0
        for i, grade in enumerate(self.grades):
            over = grade.above is not None and value >= grade.above + softer
            under = grade.below is not None and value <= grade.below - softer
            if over or under:
                found = i + 1
        return found


@dataclass(frozen=True, slots=True)
class Policy:
    """All rules, and a digest that names them in every alert."""

    rules: dict[str, Rule]
    digest: str


def load_policy(path: Path = DEFAULT) -> Policy:
    """Read and check a policy file. Raises ValueError with what is wrong with it."""
    text = path.read_bytes()
    try:
        table = tomllib.loads(text.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name} is not valid TOML: {error}") from error
    known, given = set(get_args(Condition)), set(table)
    if known != given:
        raise ValueError(f"{path.name}: unknown {sorted(given - known)}, missing {sorted(known - given)}")
    rules = {name: _rule(name, row) for name, row in table.items()}
    return Policy(rules, hashlib.sha256(text).hexdigest()[:12])


def _rule(name: Any, row: dict[str, Any]) -> Rule:
    try:
        grades = tuple(
            GradeRule(g["priority"], int(g["delay_s"] * 1000), g.get("above"), g.get("below"))
            for g in row["grades"]
        )
        if not grades or any(g.priority not in get_args(Priority) for g in grades):
            raise ValueError(f"[{name}] needs grades with a priority of {get_args(Priority)}")
        return Rule(
            name, row["title"], grades, int(row["grace_s"] * 1000), int(row["clear_s"] * 1000), row["clears"],
            tuple((a["text"], a["source"]) for a in row.get("advice", ())), row.get("limits", {}),
            int(row["lapse_s"] * 1000) if "lapse_s" in row else LAPSE_MS,
        )  # fmt: skip
    except KeyError as error:
        raise ValueError(f"[{name}] lacks {error}") from error
