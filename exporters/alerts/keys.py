"""The names of everything that alerts and risks occupy in Redis."""

from __future__ import annotations

from dataclasses import dataclass

from streams.records import Priority

PRIORITIES: tuple[Priority, ...] = ("high", "medium", "low", "info")
"""Gravest first."""


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
    def newest(self) -> str:
        """The id of the newest entry of the stream: each entry names the one before it, by this."""
        return f"{self.prefix}:alerts:newest"

    @property
    def hint(self) -> str:
        """The Pub/Sub channel that says "there is more in the stream": its newest id, nothing else."""
        return f"{self.prefix}:alerts:hint"

    def dead(self, group: str) -> str:
        """The stream of entries that a consumer group has given up."""
        return f"{self.prefix}:alerts:dead:{group}"

    def alert(self, alert_id: str) -> str:
        """The hash with the current state of one alert."""
        return f"{self.prefix}:alert:{alert_id}"

    def life(self, alert_id: str) -> str:
        """The list of the stream ids of one alert's newest revisions, oldest first."""
        return f"{self.prefix}:alert:{alert_id}:life"

    def active(self, priority: Priority) -> str:
        """The sorted set (by onset) of unresolved alerts of one priority."""
        return f"{self.prefix}:active:{priority}"

    def active_of(self, wearer: str) -> str:
        """The sorted set (by onset) of one wearer's unresolved alerts."""
        return f"{self.prefix}:active:wearer:{wearer}"

    @property
    def silences(self) -> str:
        """The sorted set of snoozed alerts (score = end of the snooze, ms UTC of the wearer's data)."""
        return f"{self.prefix}:silences"

    @property
    def silences_kept(self) -> str:
        """Silences that outlast their alerts (score = when the alert's hash goes, ms of the server)."""
        return f"{self.prefix}:silences:kept"

    def risk(self, wearer: str) -> str:
        """The hash with the latest risk of one wearer."""
        return f"{self.prefix}:risk:{wearer}"

    @property
    def risks(self) -> str:
        """The sorted set of wearers by level, then time of their latest risk (`riskboard.score_of`)."""
        return f"{self.prefix}:risks"

    @property
    def risks_kept(self) -> str:
        """The sorted set of wearers by when their risk goes, ms of the server."""
        return f"{self.prefix}:risks:kept"
