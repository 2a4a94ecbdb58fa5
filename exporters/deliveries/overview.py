"""How the receivers fare, for people: read beside a running deliverer."""

from __future__ import annotations

from pathlib import Path

from msgspec import Struct

from exporters.deliveries.endpoints import Endpoints
from exporters.deliveries.lane import wall_ms
from exporters.deliveries.outbox import Outbox
from exporters.deliveries.routes import Route, Routes

FILE = "deliveries.db"


class Row(Struct, frozen=True):
    """One receiver. Times are ms of the wall clock."""

    receiver: str
    kind: str
    routes: list[str]
    waiting: int
    oldest: int | None
    failures: int
    failing_since: int | None
    paused_until: int | None
    disabled: str | None
    last_fault: str | None
    last_delivered: int | None


def overview(routes: Routes, data_dir: Path) -> list[Row]:
    """Each receiver of the file, in its order."""
    outbox, endpoints = Outbox(data_dir / FILE), Endpoints(data_dir / FILE)
    try:
        waiting = outbox.waiting()
        return [_row(name, routes, waiting.get(name), endpoints) for name in routes.receivers]
    finally:
        outbox.close()
        endpoints.close()


def enable_receiver(data_dir: Path, name: str) -> None:
    """Send to it again; a running deliverer sees it within a second."""
    Outbox(data_dir / FILE).close()  # makes the tables where there are none
    endpoints = Endpoints(data_dir / FILE)
    try:
        endpoints.enable(name, wall_ms())
    finally:
        endpoints.close()


def _row(name: str, routes: Routes, waiting: tuple[int, int] | None, endpoints: Endpoints) -> Row:
    endpoint = endpoints.of(name)
    count, oldest = waiting or (0, None)
    return Row(
        receiver=name,
        kind=routes.receivers[name].kind,
        routes=[route for route, found in routes.routes.items() if name in _names(found)],
        waiting=count,
        oldest=oldest,
        failures=endpoint.failures,
        failing_since=endpoint.failing_since,
        paused_until=endpoint.paused_until if endpoint.paused_until > wall_ms() else None,
        disabled=endpoint.disabled,
        last_fault=endpoint.last_fault,
        last_delivered=endpoint.last_delivered,
    )


def _names(route: Route) -> set[str]:
    return {*route.to, *(name for step in route.escalate for name in step.to)}
