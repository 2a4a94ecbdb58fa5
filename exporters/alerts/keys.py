"""The names of everything that alerts occupy in Redis."""

from __future__ import annotations

from dataclasses import dataclass

from streams.records import Priority

PRIORITIES: tuple[Priority, ...] = ("high", "medium", "low", "info")


@dataclass(frozen=True, slots=True)
class Keys:
    """Key names under one prefix.

    The keys of one write must live on one server: a primary, with replicas or behind Sentinel. Redis
    Cluster is not supported by the client used here; a prefix with a hash tag (`{vitalstream}`)
    keeps all keys in one slot, should that change.
    """

    prefix: str = "vitalstream"

    @property
    def stream(self) -> str:
        """The stream of all revisions, in the order in which they were accepted."""
        return f"{self.prefix}:alerts"

    @property
    def hint(self) -> str:
        """The Pub/Sub channel that says "there is more in the stream": its newest id, nothing else."""
        return f"{self.prefix}:alerts:hint"

    def alert(self, alert_id: str) -> str:
        """The hash with the current state of one alert."""
        return f"{self.prefix}:alert:{alert_id}"

    def active(self, priority: Priority) -> str:
        """The sorted set (by onset) of unresolved alerts of one priority."""
        return f"{self.prefix}:active:{priority}"

    def active_of(self, wearer: str) -> str:
        """The sorted set (by onset) of one wearer's unresolved alerts."""
        return f"{self.prefix}:active:wearer:{wearer}"
