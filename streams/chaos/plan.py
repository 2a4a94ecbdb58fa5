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
    Fault("worker-disk-full", "a worker can write no file for 15 s", 15.0),
    Fault("rebalances", "workers come and go under load: 2, 3, 1, 3, 2"),
    Fault("broker-kill", "Kafka is killed with -9 and started again", 2.0, quick=True),
    Fault("broker-restarts", "Kafka is restarted five times in a row"),
    Fault("broker-away", "Kafka is away for 70 s", 70.0),
    Fault("broker-away-at-start", "workers start while Kafka is away, for 20 s", 20.0),
    Fault("broker-disk-full", "Kafka can write no file for 15 s", 15.0),
    Fault("valkey-kill", "Valkey is killed with -9 and started on its append-only file", 2.0, quick=True),
    Fault("valkey-away", "Valkey is away for 60 s", 60.0),
    Fault("valkey-disk-full", "Valkey can write no file for 15 s", 15.0),
    Fault("net-cut", "nothing goes through to Kafka and Valkey for 30 s", 30.0, needs="toxiproxy"),
    Fault("net-reset", "connections are reset ten times", needs="toxiproxy"),
    Fault("net-slow", "connections are slow for 20 s", 20.0, needs="toxiproxy"),
    Fault("clock-jump", "a worker's clock is an hour off for 15 s", 15.0, needs="faketime"),
    Fault("device-clock-jumps", "clocks of devices are minutes to days off for 10 s", 10.0),
    Fault("messy-packets", "packets come twice, out of order and late for 10 s", 10.0, quick=True),
    Fault("poison", "records that can't be decoded come for 5 s", 5.0),
    Fault("model-broken-in-swap", "half a network arrives in a swap, and a worker starts on it", 10.0),
    Fault("scrape-storm", "50 clients read metrics at once for 10 s", 10.0),
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
