"""Takes all of one wearer out of Redis: alerts with every revision, silences, risk, dead letters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from msgspec import Struct

from exporters.alerts.keys import PRIORITIES, Keys

PAGE = 500


class Taken(Struct, frozen=True):
    """What was taken out."""

    alerts: int
    entries: int
    """Of the stream of alerts, and of those that groups have given up."""


def forget(client: Any, wearer: str, keys: Keys | None = None) -> Taken:
    """Delete what there is of a wearer. `client`: a Redis that decodes text, as the user admin.

    Whoever reads the stream and was not past it is told a gap there. Raises RedisError; may be done again.
    """
    keys = keys or Keys()
    alerts = [alert for alert in _alerts(client, keys) if client.hget(keys.alert(alert), "wearer") == wearer]
    streams = [keys.stream, *client.scan_iter(keys.dead("*"), count=PAGE)]
    entries = {stream: list(_entries(client, stream, wearer)) for stream in streams}
    work = client.pipeline(transaction=True)
    for stream, ids in entries.items():
        for start in range(0, len(ids), PAGE):
            work.xdel(stream, *ids[start : start + PAGE])
    for alert in alerts:
        work.delete(keys.alert(alert), keys.life(alert))
        for index in (*map(keys.active, PRIORITIES), keys.silences, keys.silences_kept):
            work.zrem(index, alert)
    work.delete(keys.active_of(wearer), keys.risk(wearer))
    work.zrem(keys.risks, wearer)
    work.zrem(keys.risks_kept, wearer)
    work.execute()
    return Taken(len(alerts), sum(map(len, entries.values())))


def _alerts(client: Any, keys: Keys) -> Iterator[str]:
    """The ids of all alerts that are kept."""
    found = client.scan_iter(keys.alert("*"), count=PAGE, _type="hash")
    return (key.removeprefix(keys.alert("")) for key in found)


def _entries(client: Any, stream: str, wearer: str) -> Iterator[str]:
    last = "-"
    while page := client.xrange(stream, last, "+", count=PAGE):
        yield from (entry for entry, fields in page if fields.get("wearer") == wearer)
        last = f"({page[-1][0]}"
