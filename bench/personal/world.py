"""What is studied: groups of simulated wearers, their days, and what is planted among them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from streams.gateways.simulator import Lives, Rates, Simulation
from streams.records import Condition

GROUPS = 4
"""Wearers are split as into the partitions of a topic: what answers teach stays within one."""
STEP_S = 300
"""Seconds of a packet: five-minute packets of the same samples are quicker to score than minutes."""
DAY_H = 24
CONDITIONS: tuple[Condition, ...] = (
    "rhythm", "deterioration", "anomaly", "desaturation", "fever", "resting_heart_rate", "blood_pressure",
    "shock", "glucose", "collect_again", "stale_data",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class World:
    """The size of a study: `days` of event time for `wearers` people. A seed gives the same packets again."""

    wearers: int = 200
    days: float = 14.0
    seed: int = 1
    episode_hours: float = 48.0
    """Mean time between short episodes of a wearer."""
    others: int = 40
    """Other people, who are measured for what is usual for everyone."""
    other_days: float = 3.0

    @property
    def settle_days(self) -> float:
        """Days before anything lasting is planted: at most five, and room to find it afterwards."""
        return min(5.0, max(self.days - 2.5, 0.0) * 0.5)

    @property
    def wearer_days(self) -> float:
        """Days of all wearers together."""
        return self.wearers * self.days


@dataclass(frozen=True, slots=True)
class Group:
    """The wearers of one partition."""

    world: World
    number: int

    @property
    def wearers(self) -> int:
        """How many of the world's wearers are here."""
        return len(range(self.number, self.world.wearers, GROUPS))

    def simulation(self) -> Simulation:
        """Simulate this group; every group has a seed and names of its own."""
        world = self.world
        rates = Rates(episode_hours=world.episode_hours, warmup_hours=24.0, conditions=CONDITIONS)
        return Simulation(
            world.seed * 1000 + self.number,
            self.wearers,
            world.days * DAY_H,
            step_s=STEP_S,
            rates=rates,
            prefix=f"sim{self.number}",
            lives=Lives(settle_days=world.settle_days),
        )


def groups(world: World) -> Iterator[Group]:
    """Every group that has wearers."""
    return (Group(world, number) for number in range(min(GROUPS, world.wearers)))


QUICK = World(wearers=24, days=4.0, episode_hours=24.0, others=12, other_days=2.0)
