"""What may adapt and within which bounds, read from `adaptation.toml` beside this module."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, get_args

from models.toml_table import toml_table
from streams.records import Condition, Priority

DEFAULT = Path(__file__).with_name("adaptation.toml")


@dataclass(frozen=True, slots=True)
class Learning:
    """How answers are learnt; what each number means stands in the file."""

    start: float
    rate: float
    fading: float
    weight_bound: float
    cohort_counts_as: float
    least: float
    most: float
    own_answers: int
    cohort_answers: int
    loud_at: float
    ended: int


@dataclass(frozen=True, slots=True)
class Delay:
    """How much longer evidence must last the less useful its alerts are found."""

    most_ms: int
    begins: float
    """The usefulness below which there may be a delay."""
    useful_counts_as: float
    """Useless alerts that one useful alert, which would be lost, counts as."""


@dataclass(frozen=True, slots=True)
class Adaptation:
    """The bounds of learning from answers."""

    learning: Learning
    delays: dict[str, Delay]
    """By priority."""
    undelayed: frozenset[str]
    """Conditions that are ranked and never delayed."""


def load_adaptation(path: Path = DEFAULT) -> Adaptation:
    """Read and check the file. Raises ValueError with what is wrong with it."""
    try:
        found = _adaptation(toml_table(path.read_bytes()))
    except KeyError as error:
        raise ValueError(f"{path.name} lacks {error}") from error
    except (TypeError, AttributeError) as error:
        raise ValueError(f"{path.name}: a value is of another kind than it has to be ({error})") from error
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error
    return found


def _adaptation(table: dict[str, Any]) -> Adaptation:
    row = table["usefulness"]
    learning = Learning(**{field.name: row[field.name] for field in fields(Learning)})
    _check(learning)
    undelayed = frozenset(row["undelayed"])
    if unknown := undelayed - set(get_args(Condition)):
        raise ValueError(f"undelayed names no condition: {sorted(unknown)}")
    return Adaptation(
        learning, {name: _delay(name, table["delay"][name]) for name in get_args(Priority)}, undelayed
    )


def _check(learning: Learning) -> None:
    if not 0 < learning.least < learning.start < learning.most < 1:
        raise ValueError("0 < least < start < most < 1 is needed")
    if min(learning.rate, learning.weight_bound, learning.loud_at, learning.cohort_counts_as) <= 0:
        raise ValueError("rate, weight_bound, loud_at and cohort_counts_as must be above 0")
    if not 0 <= learning.fading < 1 or min(learning.own_answers, learning.cohort_answers) < 1:
        raise ValueError("fading must lie in 0..1, and effects need one answer at least")
    if learning.ended < 1:
        raise ValueError("ended must be 1 at least")


def _delay(priority: str, row: dict[str, float]) -> Delay:
    delay = Delay(int(row["most_s"]) * 1000, row["from"], row["useful_counts_as"])
    if delay.most_ms < 0 or not 0 <= delay.begins <= 1 or delay.useful_counts_as < 1:
        raise ValueError(f"delay.{priority} needs most_s >= 0, from in 0..1 and useful_counts_as >= 1")
    if priority == "high" and delay.most_ms:
        raise ValueError("alerts of priority high are never delayed")
    return delay
