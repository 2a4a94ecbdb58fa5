"""The demo's worker, started again when it ends, as compose and Kubernetes do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from streams.demo.children import Child
from streams.errors import UserError
from streams.settings import Settings

START_S = 60.0
MOST = 3
"""Restarts: who ends more often has a fault that a restart does not mend."""


class KeptWorker:
    """One `vitalstream worker` after the other. Use it as a callback's owner: `stop` ends the last one."""

    def __init__(self, settings: Settings, folder: Path, say: Callable[[str], None]) -> None:
        """Start one and wait for it. Raises UserError when it does not start."""
        self._settings, self._folder, self._say = settings, folder, say
        self.restarts = 0
        self.works = True
        """Whether there is one that has its partitions, as it was seen last."""
        self._child = self._start("worker")
        try:
            self.port = int(self._child.wait_said(START_S)["metrics_port"])
        except BaseException:
            self._child.stop()
            raise

    def supervise(self) -> bool:
        """Start another one if it has ended; whether there is one that works. Raises UserError at last."""
        if self._child.code is not None:
            why = f"the worker ended: {self._child.last_words()}"
            if self.restarts == MOST:
                raise UserError(f"{why}; it was started again {MOST} times")
            self.restarts += 1
            self._say(f"{why}; it is started again")
            self._child = self._start(f"worker.{self.restarts}")
        said = self._child.said()
        if said is not None:
            self.port = int(said["metrics_port"])
        self.works = said is not None
        return self.works

    def stop(self) -> None:
        """End it: politely, then not."""
        self._child.stop()

    def _start(self, name: str) -> Child:
        return Child(name, ["worker", "--json"], self._settings, self._folder)
