"""Workers under a supervisor: whoever ends unasked is started again, as compose and Kubernetes do."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from streams.demo.children import COMMAND, end, environment, last_words
from streams.errors import UserError
from streams.settings import Settings
from streams.stack.files import last_lines

LOOK_S = 0.1
RESTART_S = 1.0


class Worker:
    """One `vitalstream worker`, its output in files."""

    def __init__(self, number: int, settings: Settings, given: dict[str, str], folder: Path) -> None:
        self.number = number
        self._out, self.log = folder / f"worker.{number}.out", folder / f"worker.{number}.log"
        home = folder / f"worker.{number}"
        home.mkdir()
        own = {name: value.replace("%n", str(number)) for name, value in given.items()}
        with self._out.open("wb") as out, self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [*COMMAND, "worker", "--json"],
                env=os.environ | environment(settings) | own | {"VITALSTREAM_DATA_DIR": str(home)},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                start_new_session=True,
            )
        self.pid = self._process.pid

    @property
    def code(self) -> int | None:
        """Its exit code, None while it runs."""
        return self._process.poll()

    @property
    def metrics_port(self) -> int | None:
        """Where its metrics are; None until it has its partitions."""
        lines = self._out.read_text().splitlines()
        return int(json.loads(lines[-1])["metrics_port"]) if lines else None

    def send(self, number: signal.Signals) -> None:
        """Send it a signal; one that is gone gets none."""
        with suppress(ProcessLookupError):
            self._process.send_signal(number)

    def stop(self) -> None:
        """End it: politely, then not."""
        self.send(signal.SIGCONT)
        end(self._process, 30.0)


@dataclass
class Crew:
    """As many workers as wanted."""

    settings: Settings
    folder: Path
    given: dict[str, str] = field(default_factory=dict)
    """More environment for workers that start from now on; `%n` becomes the worker's number."""
    workers: list[Worker] = field(default_factory=list)
    ends: list[str] = field(default_factory=list)
    """What ended workers that nobody had asked to, one line each."""
    _started: int = 0
    _wanted: int = 0
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _enough: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> Crew:
        self._supervisor = threading.Thread(target=self._supervise, name="supervisor", daemon=True)
        self._supervisor.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._enough.set()
        self._supervisor.join()
        self.want(0)

    def want(self, count: int) -> None:
        """Have so many workers from now on; those too many are stopped cleanly, the oldest first."""
        with self._lock:
            self._wanted = count
            leaving, self.workers = (
                self.workers[: -count or None],
                self.workers[-count or len(self.workers) :],
            )
            self._fill()
        for worker in leaving:
            worker.send(signal.SIGTERM)
        for worker in leaving:
            worker.stop()

    def wait_ready(self, patience_s: float) -> None:
        """Wait until all wanted have their partitions. Raises UserError."""
        deadline = time.monotonic() + patience_s
        while not self._ready():
            if time.monotonic() > deadline:
                logs = [worker.log for worker in self.workers]
                ends = "; ".join(self.ends[-2:]) or "".join(last_lines(log, 1) for log in logs[-1:])
                raise UserError(f"workers were not ready within {patience_s:.0f} s: {ends}")
            time.sleep(LOOK_S)

    def _ready(self) -> bool:
        with self._lock:
            found = list(self.workers)
            return len(found) == self._wanted and all(worker.metrics_port is not None for worker in found)

    def _supervise(self) -> None:
        while not self._enough.wait(LOOK_S):
            with self._lock:
                gone = [worker for worker in self.workers if worker.code is not None]
                self.workers = [worker for worker in self.workers if worker not in gone]
            for worker in gone:
                self.ends.append(self._words(worker))
            if gone:
                self._enough.wait(RESTART_S)
            with self._lock:
                self._fill()

    def _fill(self) -> None:
        while len(self.workers) < self._wanted and not self._enough.is_set():
            self._started += 1
            self.workers.append(Worker(self._started, self.settings, self.given, self.folder))

    @staticmethod
    def _words(worker: Worker) -> str:
        if worker.code is not None and worker.code < 0:
            return f"killed by {signal.Signals(-worker.code).name}"
        return f"exit {worker.code}: {last_words(worker.log, worker.code)}"
