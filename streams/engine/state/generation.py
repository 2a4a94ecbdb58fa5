"""Which stored state belongs to the present number of partitions.

State is stored by partition, so other partitions need other state: a generation of its own, in a topic of
its own. `vitalstream grow` makes it and notes in a journal how far it has come. A worker that finds a
generation missing or half made does not start: it would begin cold and tell everything anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

import msgspec

from streams.engine.names import TABLE
from streams.errors import UserError

Phase = Literal["moving", "splitting", "moved"]
"""moving: the new generation is being written, and can be given up. splitting: partitions are being added,
which can't be taken back. moved: workers may start."""


class Move(msgspec.Struct, frozen=True):
    """One growth, as the journal has it; its key is the new number of partitions."""

    partitions: int
    previous: int
    source: str
    """The topic that the state before is in."""
    phase: Phase
    ends: dict[str, list[int]]
    """Of each topic that workers read: the offset behind all that the old generation has judged."""


def journal(app_id: str) -> str:
    """The topic that says which generation is whole."""
    return f"{app_id}-generations"


def table_of(partitions: int) -> str:
    """The table of a generation that was grown to."""
    return f"{TABLE}-{partitions}"


def changelog(app_id: str, table: str) -> str:
    """The topic that a table is stored in."""
    return f"{app_id}-{table}-changelog"


def choose(app_id: str, partitions: int, topics: Mapping[str, int], move: Move | None) -> str:
    """The table for so many partitions; `topics` are those of the broker, each with its partitions.

    Raises:
        UserError: the state stored is of another number of partitions, or its moving has not ended.
    """
    if move is not None and move.phase != "moved":
        raise UserError(
            f"partitions are being added ({move.previous} to {move.partitions}), and that has not come to its"
            f" end: run `vitalstream grow --partitions {move.partitions}` again, then start workers"
        )
    stored = move.partitions if move else topics.get(changelog(app_id, TABLE), partitions)
    if stored != partitions:
        raise UserError(
            f"the stored state is of {stored} partitions and the topics have {partitions}: partitions are"
            " added by `vitalstream grow` alone (docs/how-to/grow.md)"
        )
    if move is None and any(is_grown(app_id, topic) for topic in topics):
        raise UserError(
            f"topic {journal(app_id)} is gone, which says where state is: restore it, or the backup of all"
        )
    return table_of(partitions) if move else TABLE


def is_grown(app_id: str, topic: str) -> bool:
    """Whether a topic holds the state of a generation that was grown to."""
    return re.fullmatch(rf"{re.escape(app_id)}-{TABLE}-\d+-changelog", topic) is not None
