"""Sets of examples: frozen dataclasses of arrays, one row an example."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, TypeVar

import numpy as np

Examples = TypeVar("Examples")


def join(parts: Sequence[Examples]) -> Examples:
    """All rows of several sets of one kind, in order."""
    first: Any = parts[0]
    columns = (np.concatenate([getattr(part, field.name) for part in parts]) for field in fields(first))
    made: Examples = type(first)(*columns)
    return made
