"""The file of routes: who hears of which alerts, when, and who is next if nobody answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

from exporters.deliveries.quiet import Quiet
from exporters.deliveries.receivers import Receiver
from models.toml_table import toml_table
from streams.records import Alert, Condition, Priority
from streams.records.alerts import Status

RANKS: dict[Priority, int] = {"info": 0, "low": 1, "medium": 2, "high": 3}
MOST = 100
"""Receivers and routes at most: their names are metric labels."""

Minutes = Annotated[int, Meta(ge=1, le=1440)]
Detail = Literal["none", "title", "full"]
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,39}")


class Step(Struct, frozen=True, forbid_unknown_fields=True):
    """Whom to tell when nobody has answered `after_minutes` after those before were told."""

    after_minutes: Minutes
    to: Annotated[list[str], Meta(min_length=1)]


class Reminders(Struct, frozen=True, forbid_unknown_fields=True):
    """How many of an alert's reminders pass; the others are left out."""

    apart_minutes: Annotated[int, Meta(ge=0, le=1440)] = 0
    at_most: Annotated[int, Meta(ge=0, le=1000)] = 1000


class Route(Struct, frozen=True, forbid_unknown_fields=True):
    """Which alerts go to whom. Without cohorts and wearers: of everybody."""

    to: Annotated[list[str], Meta(min_length=1)]
    cohorts: list[str] = []
    wearers: list[str] = []
    priority: Priority = "medium"
    conditions: list[Condition] = []
    statuses: tuple[Status, ...] = ("raised", "escalated", "reminded", "resolved")
    detail: Detail | None = None
    quiet: Quiet | None = None
    escalate: list[Step] = []
    rounds: Annotated[int, Meta(ge=1, le=20)] = 1
    reminders: Reminders = Reminders()


class Routes(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    receivers: dict[str, Receiver]
    routes: dict[str, Route]
    cohorts: dict[str, list[str]] = {}
    source: str = "/vitalstream"
    board: str = ""
    folder: str = "."
    """Where the file lies: its secrets' paths may be relative to it."""

    def patterns(self, route: Route) -> list[str]:
        """Wearers of a route, as globs; empty = everybody."""
        return [*route.wearers, *(glob for name in route.cohorts for glob in self.cohorts[name])]

    def detail(self, route: str, receiver: str) -> Detail:
        """How much of an alert a route tells a receiver."""
        wish = self.routes[route].detail if route in self.routes else None
        return wish or self.receivers[receiver].usual_detail


def needs_answer(alert: Alert) -> bool:
    """Whether somebody still has to take it on: open, not acknowledged, not snoozed."""
    return alert.status != "resolved" and alert.acknowledged_by is None and alert.snooze is None


def load_routes(path: Path) -> Routes:
    """Read and check a file of routes.

    Raises:
        ValueError: one line that names the line or field that is wrong.
        OSError: the file can't be read.
    """
    try:
        table = toml_table(path.read_bytes())
        routes = _converted({**table, "folder": str(path.parent)})
        fault = next(_faults(routes), None)
    except ValueError as error:
        raise ValueError(f"{path.name}: {error}") from error
    if fault is not None:
        raise ValueError(f"{path.name}: {fault}")
    return routes


def _converted(table: dict[str, Any]) -> Routes:
    """The table by the schema. Raises ValueError with the field that does not fit, by its name."""
    # One by one first: an error in a dict's value tells its place, but not its key.
    for kind, schema in (("receivers", Receiver), ("routes", Route)):
        rows = table.get(kind)
        for name, row in rows.items() if isinstance(rows, dict) else ():
            try:
                msgspec.convert(row, schema)
            except msgspec.ValidationError as error:
                raise ValueError(_placed(str(error), f"$.{kind}.{name}")) from error
    return msgspec.convert(table, Routes)


def _placed(words: str, where: str) -> str:
    return words.replace("`$", f"`{where}") if "`$" in words else f"{words} - at `{where}`"


def _faults(file: Routes) -> Iterator[str]:
    for kind, names in (("receivers", file.receivers), ("routes", file.routes)):
        if not names or len(names) > MOST:
            yield f"$.{kind}: give 1 to {MOST} of them"
        for name in names:
            if not _NAME.fullmatch(name):
                yield f"$.{kind}.{name}: a name is a to z, 0 to 9, - and _, begins with a letter, 40 at most"
    for name, receiver in file.receivers.items():
        yield from (f"$.receivers.{name}.{fault}" for fault in receiver.faults(Path(file.folder)))
    for name, route in file.routes.items():
        yield from (f"$.routes.{name}.{fault}" for fault in _route_faults(file, route))


def _route_faults(file: Routes, route: Route) -> Iterator[str]:
    lists = {"to": route.to} | {f"escalate[{i}].to": step.to for i, step in enumerate(route.escalate)}
    for where, names in lists.items():
        for name in names:
            if name not in file.receivers:
                yield f"{where}: there is no receiver {name}"
            elif file.receivers[name].needs_ends and "resolved" not in route.statuses:
                yield f"statuses: {name} has to hear of the end, add resolved"
    for name in route.cohorts:
        if name not in file.cohorts:
            yield f"cohorts: there is no cohort {name}"
    if route.rounds > 1 and not route.escalate:
        yield "rounds: without escalate there is nothing to repeat"
