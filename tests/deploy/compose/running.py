"""Starts the containers of a compose file in order, looks after their health, and ends them."""

from __future__ import annotations

import contextlib
import random
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from streams.demo.children import end
from tests.deploy.compose.native import Container, Native

PATIENCE_S = 180.0


@dataclass
class Process:
    """A container that was started."""

    container: Container
    log: Path
    popen: subprocess.Popen[bytes]

    def last_words(self) -> str:
        return f"{self.container.name}: {self.log.read_text(errors='replace')[-3000:]}"

    def look(self) -> str | None:
        """What its health check says against it; None when it is healthy."""
        command = self.container.box.around(self.container.check)
        done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
        return None if done.returncode == 0 else f"{done.returncode}: {done.stdout}{done.stderr}"

    def wait_healthy(self) -> None:
        """As `condition: service_healthy`."""
        deadline = time.monotonic() + PATIENCE_S
        while (against := self.look()) is not None:
            assert self.popen.poll() is None, f"ended: {self.last_words()}"
            assert time.monotonic() < deadline, f"{against}\n{self.last_words()}"
            time.sleep(0.2)

    def wait_done(self, patience_s: float = PATIENCE_S) -> None:
        """As `condition: service_completed_successfully`."""
        code = self.popen.wait(patience_s)
        assert code == 0, f"exit code {code}: {self.last_words()}"


@dataclass
class Running:
    """What runs, by service."""

    native: Native
    processes: dict[str, list[Process]] = field(default_factory=dict)

    def start(self, service: str) -> list[Process]:
        """Start all replicas when those that the service waits for are as it wants them."""
        waits = self.native.compose.services[service].waits_for
        for name, condition in waits.items():
            for process in self.processes.get(name, []):
                if condition == "service_completed_successfully":
                    process.wait_done()
                else:
                    process.wait_healthy()
        self.processes[service] = [self._run(container) for container in self.native.containers(service)]
        return self.processes[service]

    def wait_healthy(self) -> None:
        """Wait for all that have a health check."""
        for process in self.all():
            if process.container.check:
                process.wait_healthy()

    def all(self) -> list[Process]:
        return [process for processes in self.processes.values() for process in processes]

    def stop(self) -> None:
        """Last first, as `docker compose down`."""
        for process in reversed(self.all()):
            end(process.popen)

    def _run(self, container: Container) -> Process:
        log = self.native.folder / f"{container.name}.log"
        with log.open("wb") as output:
            command = container.box.around(container.command)
            popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output)
        return Process(container, log, popen)


@contextlib.contextmanager
def up(native: Native, *services: str) -> Iterator[Running]:
    """These services, and what runs of them at the end is stopped."""
    running = Running(native)
    try:
        for service in native.compose.in_order():
            if service.name in services:
                running.start(service.name)
        yield running
    finally:
        running.stop()


def any_net() -> str:
    """The first three numbers of loopback addresses that nobody else is likely to use now."""
    return f"127.{random.randint(64, 250)}.{random.randint(1, 250)}"
