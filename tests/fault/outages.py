"""All that runs in production, watched by Prometheus with the project's rules; each part can go away."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from streams.demo.children import Child, child
from streams.settings import Settings
from streams.stack import LocalStack, running_stack
from streams.stack.server import free_port
from tests.exporters.grafana.load import receivers, routes
from tests.exporters.running_prometheus import Prometheus, prometheus_of

START_S = 120.0
ALIVE = "VitalstreamWatchdog"
SIMULATE = ["simulate", "--wearers", "20", "--hours", "2000", "--speed", "120", "--episode-hours", "1"]
"""Some 40 packets a second: a busy machine has caught up soon after an outage."""
EVERY_S = 5
HEALTHY_S = 3 * 86_400
"""Days before, in which all was well: how fast a budget burns depends on what came before an outage."""


@dataclass
class Part:
    """A process that can be killed, and is started again as its supervisor would."""

    start: Callable[[], ExitStack]
    alive: Callable[[], bool]
    held: ExitStack = field(default_factory=ExitStack)
    away: bool = False

    def supervise(self) -> None:
        """Start it unless it runs or is kept away."""
        if not self.away and not self.alive():
            self.held.close()
            self.held = self.start()

    def leave(self) -> None:
        """End it; it stays away until it comes back."""
        self.away = True
        self.held.close()

    def come_back(self) -> None:
        """From now on it is supervised again."""
        self.away = False
        self.supervise()


class Commands:
    """Our own commands as parts, on ports that they keep."""

    def __init__(self, stack: LocalStack, folder: Path) -> None:
        self._stack, self._folder = stack, folder
        self.ports: dict[str, int] = {}
        self.parts: dict[str, Part] = {}

    def add(self, name: str, arguments: Sequence[str]) -> Part:
        self.ports[name] = free_port()
        settings = self._stack.settings.model_copy(
            update={"metrics_port": self.ports[name], "data_dir": self._folder / name}
        )
        (self._folder / name).mkdir()
        running: list[Child] = []

        def start() -> ExitStack:
            held = ExitStack()
            running[:] = [held.enter_context(child(name, arguments, settings, self._folder))]
            return held

        self.parts[name] = Part(start, lambda: bool(running) and running[0].code is None)
        return self.parts[name]


@dataclass
class Watched:
    """What runs, and what Prometheus says of it."""

    prometheus: Prometheus
    parts: dict[str, Part]
    kafka: Part
    redis: Part
    logs: list[Path]
    _before: set[str] = field(default_factory=set)

    def of(self, name: str) -> Part:
        return {"kafka": self.kafka, "redis": self.redis, **self.parts}[name]

    def firing(self) -> set[str]:
        """Alerts that fire now, the one that always does left out."""
        found = self.prometheus.get("/api/v1/alerts")["alerts"]
        return {one["labels"]["alertname"] for one in found if one["state"] == "firing"} - {ALIVE}

    def watch(self, until: Callable[[set[str]], bool], seconds: float) -> set[str]:
        """All that fired before `until` was content with what fires, or so many seconds were over."""
        seen: set[str] = set()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for part in (*self.parts.values(), self.kafka, self.redis):
                part.supervise()
            now = self.firing()
            if now != self._before:
                print(f"{time.strftime('%T')} fires: {', '.join(sorted(now)) or 'nothing'}", flush=True)  # noqa: T201
                self._before = now
            seen |= now
            if until(now):
                break
            time.sleep(0.5)
        return seen


@contextlib.contextmanager
def watched(folder: Path) -> Iterator[Watched]:
    """Kafka, Valkey, worker, API, deliveries, simulated wearers, Prometheus, Alertmanager."""
    with ExitStack() as held:
        stack = held.enter_context(running_stack(Settings(data_dir=folder / "stack")))
        url = held.enter_context(receivers())
        commands = Commands(stack, folder)
        commands.add("worker", ["worker", "--json"])
        commands.add("api", ["api", "--json"])
        commands.add("deliver", ["deliver", str(routes(folder, url, ["well"])), "--json"])
        commands.add("simulate", SIMULATE)
        commands.parts["alertmanager"] = alertmanager(folder, at := free_port())
        for part in commands.parts.values():
            part.supervise()
            held.callback(part.leave)
        jobs = {
            "vitalstream": [commands.ports["worker"]],
            "vitalstream-api": [commands.ports["api"]],
            "vitalstream-deliver": [commands.ports["deliver"]],
            "alertmanager": [at],
        }
        (folder / "prometheus").mkdir()
        days_of_health(folder / "prometheus")
        prometheus = held.enter_context(prometheus_of(folder / "prometheus", jobs, every=f"{EVERY_S}s"))
        yield Watched(
            prometheus,
            commands.parts,
            server(stack.kafka),
            server(stack.valkey),
            sorted(folder.glob("*.log")),
        )


def server(of: object) -> Part:
    """A server of the local stack, killed as in a crash."""

    def start() -> ExitStack:
        of.start()  # type: ignore[attr-defined]
        held = ExitStack()
        held.callback(of.kill)  # type: ignore[attr-defined]
        return held

    part = Part(start, lambda: bool(of.running))  # type: ignore[attr-defined]
    part.held.callback(of.kill)  # type: ignore[attr-defined]
    return part


def alertmanager(folder: Path, port: int) -> Part:
    """Debian's Alertmanager, which calls nobody."""
    binary = shutil.which("prometheus-alertmanager")
    if binary is None:
        pytest.skip("prometheus-alertmanager is not installed (Debian's package of that name)")
    (folder / "alertmanager.yml").write_text("route: {receiver: nobody}\nreceivers: [{name: nobody}]\n")
    command = [
        binary,
        "--config.file=alertmanager.yml",
        "--storage.path=alertmanager",
        "--cluster.listen-address=",
        f"--web.listen-address=127.0.0.1:{port}",
    ]
    running: list[subprocess.Popen[bytes]] = []

    def start() -> ExitStack:
        with (folder / "alertmanager.log").open("ab") as log:
            process = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log)
        running[:] = [process]
        held = ExitStack()
        held.callback(process.wait)
        held.callback(process.kill)
        return held

    return Part(start, lambda: bool(running) and running[0].poll() is None)


def days_of_health(folder: Path) -> None:
    """Give Prometheus the days before, at one alert and ten packets a second, none late and none lost."""
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("promtool is not installed (Debian's package prometheus)")
    now = int(time.time()) - 60
    before = 'job="vitalstream",instance="before"'
    counted = {
        f'vitalstream_alert_latency_seconds_bucket{{{before},le="1.0"}}': 1,
        f'vitalstream_alert_latency_seconds_bucket{{{before},le="+Inf"}}': 1,
        f"vitalstream_alert_latency_seconds_count{{{before}}}": 1,
        f'vitalstream_packets_total{{{before},outcome="scored"}}': 10,
    }
    times = range(now - HEALTHY_S, now, 60)
    lines = [f"{name} {rate * (at - times[0])} {at}" for name, rate in counted.items() for at in times]
    # A mean over time is one of samples: as many as there will be.
    standing = 'job:vitalstream_partitions_standing:ratio{job="vitalstream"}'
    lines += [f"{standing} 0 {at}" for at in range(now - HEALTHY_S, now, EVERY_S)]
    (folder / "before.txt").write_text("\n".join([*lines, "# EOF", ""]))
    blocks = [promtool, "tsdb", "create-blocks-from", "openmetrics", "before.txt", "data"]
    subprocess.run(blocks, cwd=folder, check=True, capture_output=True)
