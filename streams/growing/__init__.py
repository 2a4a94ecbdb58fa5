"""Adding partitions to a system that has state: `vitalstream grow`."""

from streams.growing.giving_up import give_up
from streams.growing.grow import Grown, grow

__all__ = ["Grown", "give_up", "grow"]
