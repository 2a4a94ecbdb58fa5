"""Adding partitions to a system that has state: `vitalstream grow`."""

from streams.growing.grow import Grown, grow

__all__ = ["Grown", "grow"]
