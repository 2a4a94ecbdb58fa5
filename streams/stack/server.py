"""One server process of the local stack: start, wait until it answers, stop, kill."""

from __future__ import annotations

import random
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from streams.errors import UserError
from streams.stack.files import last_lines
from streams.stack.process import ProcessId, interrupts_held, is_alive, kill, spawn, terminate

LOOPBACK = "127.0.0.1"
PORTS = range(20_000, 32_000)
"""Below those that systems give to outgoing connections: clients that retry a stopped server take none."""


@dataclass(frozen=True)
class Definition:
    """What makes a server this one."""

    name: str
    folder: Path
    port: int
    command: Sequence[str]
    answers: Callable[[], bool]
    """True once it serves requests; may raise OSError as long as it does not."""
    environ: Mapping[str, str] = field(default_factory=dict)
    prepare: Callable[[], None] = lambda: None
    """What has to be done before a start; does nothing when it is done already."""
    patience_s: float = 20.0
    """How long a clean stop may take before it is killed."""

    @property
    def log(self) -> Path:
        """Where its output goes."""
        return self.folder / "server.log"


class Server:
    """A server by its definition and, while it runs, its process.

    `changed` is called with the process when one was started, and with None when it was stopped.
    """

    def __init__(
        self,
        definition: Definition,
        process: ProcessId | None = None,
        changed: Callable[[ProcessId | None], None] = lambda _process: None,
    ) -> None:
        self.definition = definition
        self.process = process
        self._changed = changed

    @property
    def name(self) -> str:
        """What people call it."""
        return self.definition.name

    @property
    def address(self) -> str:
        """host:port that it listens on."""
        return f"{LOOPBACK}:{self.definition.port}"

    @property
    def running(self) -> bool:
        """True while its process lives."""
        return self.process is not None and is_alive(self.process)

    def start(self) -> bool:
        """Start it unless it runs; True when this call started it. Returns before it answers."""
        if self.running:
            return False
        d = self.definition
        d.prepare()
        with interrupts_held():
            self._become(spawn(d.command, d.environ, d.folder, d.log))
        return True

    def wait_ready(self, timeout_s: float = 60.0) -> None:
        """Return once it answers; UserError, with the end of its log, when it dies or does not in time."""
        deadline = time.monotonic() + timeout_s
        while not self._answers():
            if not self.running:
                raise self._failed("ended while starting")
            if time.monotonic() > deadline:
                raise self._failed(f"did not answer within {timeout_s:g} s")
            time.sleep(0.05)

    def stop(self) -> bool:
        """Stop it cleanly (killed when it takes too long); True when it was running."""
        ran = self.running
        if self.process is not None:
            terminate(self.process, self.definition.patience_s)
            self._become(None)
        return ran

    def kill(self) -> bool:
        """End it at once and, as after a crash, tell nobody; True when it was running."""
        ran = self.running
        if self.process is not None:
            kill(self.process)
        return ran

    def _become(self, process: ProcessId | None) -> None:
        self.process = process
        self._changed(process)

    def _answers(self) -> bool:
        try:
            return self.running and self.definition.answers()
        except OSError:
            return False

    def _failed(self, how: str) -> UserError:
        log = self.definition.log
        return UserError(f"{self.name} {how}; the end of {log}: {last_lines(log)}")


def free_port() -> int:
    """A TCP port of the loopback interface that nobody listens on now."""
    while not is_free(port := random.choice(PORTS)):
        pass
    return port


def is_free(port: int) -> bool:
    """True when a server could listen on this loopback port."""
    try:
        socket.create_server((LOOPBACK, port)).close()
    except OSError:
        return False
    return True
