"""How evidence is combined, read from `fusion.toml` beside this module and checked."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from models.toml_table import toml_table

DEFAULT = Path(__file__).with_name("fusion.toml")


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What one kind of evidence contributes, in log-odds; the fields are explained in the file."""

    of: str
    weight: float
    neutral: float
    blur: float
    least: float
    most: float
    lasts_s: int
    missing: str
    upper: bool = False
    of_whom: Literal["everyone", "in_hospital"] = "everyone"


class Danger(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One probability and the parts that it is made of."""

    what: str
    base: float
    margin: float
    calibrated: str
    lowers: list[str]
    parts: list[Part]
    needs: str = ""
    """The part without which nothing is told."""


Table = dict[str, Danger]


def load_table(path: Path = DEFAULT) -> Table:
    """Read and check the file. Raises ValueError with what is wrong with it."""
    try:
        table = msgspec.convert(toml_table(path.read_bytes()), Table)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error
    for name, danger in table.items():
        for part in danger.parts:
            if wrong := _wrong(part):
                raise ValueError(f"{path.name}: [{name}] {part.of}: {wrong}")
        if danger.needs and danger.needs not in {part.of for part in danger.parts}:
            raise ValueError(f"{path.name}: [{name}] needs {danger.needs}, which is none of its parts")
        if not 0 <= danger.margin < 1:
            raise ValueError(f"{path.name}: [{name}] margin must lie in 0..1")
    return table


def _wrong(part: Part) -> str:
    if part.weight <= 0:
        return "a weight of 0 or less would let danger lower the risk"
    if part.blur < 0 or not part.least <= 0 <= part.most:
        return "blur >= 0 and least <= 0 <= most are needed"
    return "only the upper end can't have a least" if part.upper and part.least else ""
