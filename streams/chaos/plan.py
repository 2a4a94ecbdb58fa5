"""Which faults there are, and when each of them comes, by seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

Tool = Literal["toxiproxy", "faketime"]
EARLIEST_S, LATEST_S = 2.0, 6.0
"""The moment of a fault, after the load has begun again."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which things go wrong."""

    name: str
    says: str
    """What is done, in a few words."""
    hold_s: float = 0.0
    """How long it lasts before it is healed, s."""
    from_onset: bool = False
    """Whether a recovery is counted from the fault itself: others are to take over while it lasts."""
    needs: Tool | None = None
    """A program beside ours that it takes."""
    quick: bool = False
    """Over within some 20 s: what CI tries."""


FAULTS: tuple[Fault, ...] = (
    Fault("worker-kill", "a worker is killed with -9 and started again", from_onset=True, quick=True),
    Fault("worker-freeze", "a worker is stopped for 30 s and wakes up as a zombie", 30.0, from_onset=True),
    Fault("broker-kill", "Kafka is killed with -9 and started again", 2.0, quick=True),
    Fault("valkey-kill", "Valkey is killed with -9 and started on its append-only file", 2.0, quick=True),
)
"""All that can be tried, in the order of the table."""


@dataclass(frozen=True, slots=True)
class Round:
    """One fault, once."""

    fault: Fault
    number: int
    """From 1 on."""
    seed: str
    wait_s: float
    """The moment: how long there is load before it, s."""

    @property
    def chance(self) -> random.Random:
        """What else is left to chance in it: the same each time it is asked for."""
        return random.Random(f"{self.seed} within")


def rounds(fault: Fault, count: int, seed: int) -> Iterator[Round]:
    """The rounds of a fault: they rest on the seed and the fault alone, not on what else is tried."""
    for number in range(1, count + 1):
        name = f"{seed} {fault.name} {number}"
        yield Round(fault, number, name, random.Random(name).uniform(EARLIEST_S, LATEST_S))


def chosen(names: Sequence[str]) -> list[Fault]:
    """The faults of these names, all if there are none. Raises KeyError with a name that is none."""
    known = {fault.name: fault for fault in FAULTS}
    return [known[name] for name in names] if names else list(FAULTS)
