"""The processes of the demo: a worker and a simulator, started apart and always ended."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from streams.errors import UserError
from streams.settings import PREFIX, Settings

STOP_S = 10.0
LONGEST = 300
"""Characters of a line of a log that are shown."""
COMMAND = (sys.executable, "-c", "from streams.cli import main; main()")


class Child:
    """One of our own commands as a process, its output in files."""

    def __init__(self, name: str, arguments: Sequence[str], settings: Settings, folder: Path) -> None:
        self.name = name
        self.log = folder / f"{name}.log"
        self._out = folder / f"{name}.out"
        with self._out.open("wb") as out, self.log.open("wb") as log:
            # A session of its own: Ctrl-C reaches the demo, and the demo ends its children in order.
            self._process = subprocess.Popen(
                [*COMMAND, *arguments],
                env=os.environ | environment(settings),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=log,
                start_new_session=True,
            )

    @property
    def code(self) -> int | None:
        """The exit code, None while it runs."""
        return self._process.poll()

    def said(self) -> dict[str, Any] | None:
        """The JSON object it printed, if it has."""
        lines = self._out.read_text().splitlines()
        return json.loads(lines[-1]) if lines else None

    def wait_said(self, patience_s: float) -> dict[str, Any]:
        """Wait for the JSON object. Raises UserError when the process ends or is silent for too long."""
        end = time.monotonic() + patience_s
        while (said := self.said()) is None:
            if self.code is not None or time.monotonic() > end:
                raise UserError(f"the {self.name} did not start: {self.last_words()}")
            time.sleep(0.1)
        return said

    def last_words(self) -> str:
        """The end of its log, in one line."""
        return last_words(self.log, self.code)

    def stop(self) -> None:
        """End it: politely, then not."""
        end(self._process)


def last_words(log: Path, code: int | None) -> str:
    """Why a process ended: the last critical line of its log, else the last one, else its exit code."""
    lines = log.read_text(errors="replace").splitlines()
    told = [_told(line) for line in lines]
    critical = [event for level, event in told if level == "critical"]
    return critical[-1] if critical else told[-1][1] if told else f"exit code {code}"


def _told(line: str) -> tuple[str, str]:
    """Level and event of a line of a log in JSON; a line that is none as it is."""
    try:
        said = json.loads(line)
        return str(said["level"]), str(said["event"])
    except (ValueError, KeyError, TypeError):
        return "", line[:LONGEST]


def end(process: subprocess.Popen[bytes], patience_s: float = STOP_S) -> None:
    """End a process: politely, then, after so long, not."""
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(patience_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextmanager
def child(name: str, arguments: Sequence[str], settings: Settings, folder: Path) -> Iterator[Child]:
    """A process that does not outlive the block."""
    made = Child(name, arguments, settings, folder)
    try:
        yield made
    finally:
        made.stop()


def environment(settings: Settings) -> dict[str, str]:
    """The settings as environment variables, for a process of our own."""
    given: dict[str, str] = {}
    for name in settings.model_fields_set:
        value = getattr(settings, name)
        plain = value.get_secret_value() if hasattr(value, "get_secret_value") else value
        if plain is not None:
            given[PREFIX + name.upper()] = str(plain)
    return given
