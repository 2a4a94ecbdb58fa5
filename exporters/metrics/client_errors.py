"""Counts what the Kafka client warns of: it tells of failures only in its log."""

from __future__ import annotations

import logging
from collections.abc import Callable

CLIENT = "aiokafka"


class ClientErrors(logging.Handler):
    """Counts warnings and errors of aiokafka by the module that tells them; never looks at their text.

    It reads what the log leaves out too: that is passed on only from the level that was set before.
    """

    def __init__(self, count: Callable[[str], None]) -> None:
        super().__init__(logging.WARNING)
        self._count = count
        self._logger = logging.getLogger(CLIENT)
        self._shown = self._logger.getEffectiveLevel()

    def attach(self) -> None:
        """Begin to count. Call it when logging has been set up."""
        self._logger.setLevel(min(self._shown, logging.WARNING))
        self._logger.propagate = False
        self._logger.addHandler(self)

    def detach(self) -> None:
        """Leave the log as it was found."""
        self._logger.removeHandler(self)
        self._logger.propagate = True
        self._logger.setLevel(self._shown)

    def emit(self, record: logging.LogRecord) -> None:
        """Count a line, and pass it on where it would have been shown."""
        self._count(record.module)
        if record.levelno >= self._shown:
            logging.getLogger().handle(record)
