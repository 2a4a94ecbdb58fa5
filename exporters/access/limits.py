"""Token buckets: how often one address or one person may ask. Memory is bounded."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

KEPT = 10_000  # buckets; the one that was used longest ago goes first


@dataclass(frozen=True, slots=True)
class Rate:
    """`burst` requests at once, and `per_s` more each second."""

    per_s: float
    burst: float


@dataclass(frozen=True, slots=True)
class Limits:
    """What one person and one address may ask; a failed login counts as `failure` requests of its address.

    An address is generous: a whole clinic, or everything on this machine, comes from one.
    """

    principal: Rate = Rate(per_s=30, burst=150)
    address: Rate = Rate(per_s=100, burst=500)
    failure: float = 50


class Buckets:
    """One bucket for each key, full at first."""

    def __init__(self, rate: Rate, clock: Callable[[], float] = time.monotonic, kept: int = KEPT) -> None:
        self._rate, self._clock, self._kept = rate, clock, kept
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_s(self, key: str, cost: float = 1.0) -> float:
        """Take `cost` out of the key's bucket: 0; where it holds less than one, the seconds until it does."""
        level = self._level(key)
        if level < 1:
            return (1 - level) / self._rate.per_s
        self._keep(key, level - cost)
        return 0.0

    def charge(self, key: str, cost: float) -> None:
        """Take more for what was let in, down to a whole bucket below zero."""
        self._keep(key, max(self._level(key) - cost, -self._rate.burst))

    def __len__(self) -> int:
        return len(self._levels)

    def _level(self, key: str) -> float:
        level, then = self._levels.get(key, (self._rate.burst, 0.0))
        return min(self._rate.burst, level + (self._clock() - then) * self._rate.per_s)

    def _keep(self, key: str, level: float) -> None:
        self._levels[key] = level, self._clock()
        self._levels.move_to_end(key)
        if len(self._levels) > self._kept:
            self._levels.popitem(last=False)


def address_key(host: str | None) -> str:
    """The address to count by: of IPv6 its network (/64), where one machine has any address it likes."""
    try:
        address = ip_address(host or "")
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address):
        mapped = address.ipv4_mapped
        return str(mapped) if mapped else str(IPv6Address(int(address) >> 64 << 64)) + "/64"
    return str(address)
