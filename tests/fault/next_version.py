"""The worker of a version to come: the same, but for the schema of its pages, which is one higher.

Run as a program it is `vitalstream worker`.
"""

from __future__ import annotations

import sys

from streams.engine.state import formats
from streams.engine.state.formats import FORMATS, Formats, Kind, Step, Tree

NOW = FORMATS.newest
NEXT = NOW + 1


def same(kind: Kind, tree: Tree) -> Tree:
    """What differs is the number alone: the present version must go by that, and not find out by reading."""
    return tree


BOTH = Formats({**FORMATS.rivers, NEXT: formats.RIVER}, {**FORMATS.steps, NOW: Step(same, same)})


def main() -> None:
    """`vitalstream worker` of the next version."""
    formats.FORMATS = BOTH  # type: ignore[misc]
    from streams.cli import main as command

    sys.argv = ["vitalstream", "worker", "--json"]
    command()


if __name__ == "__main__":
    main()
