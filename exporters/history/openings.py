"""Which alerts are out: how many of each priority a wearer has."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from streams.records import Alert, Priority


class _Opening(NamedTuple):
    revision: int
    priority: Priority


class Openings:
    """Alerts that are out, by wearer and id; those that are resolved take no room."""

    def __init__(self) -> None:
        self._of: dict[str, dict[str, _Opening]] = {}

    def took(self, alert: Alert) -> bool:
        """Take a revision; whether a count has changed."""
        opened = self._of.get(alert.wearer, {})
        known = opened.get(alert.id)
        if known is not None and known.revision >= alert.revision:
            return False
        if alert.status == "resolved":
            return self._close(alert.wearer, alert.id)
        self._of.setdefault(alert.wearer, opened)[alert.id] = _Opening(alert.revision, alert.priority)
        return known is None or known.priority != alert.priority

    def counts(self, wearer: str) -> dict[Priority, int]:
        """How many are out, by priority."""
        return dict(Counter(opening.priority for opening in self._of.get(wearer, {}).values()))

    def forget(self, wearer: str) -> None:
        """Drop all of a wearer."""
        self._of.pop(wearer, None)

    def _close(self, wearer: str, alert_id: str) -> bool:
        opened = self._of.get(wearer, {})
        closed = opened.pop(alert_id, None)
        if not opened:
            self._of.pop(wearer, None)
        return closed is not None
