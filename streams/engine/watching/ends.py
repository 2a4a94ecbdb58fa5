"""How a worker ends when something is wrong."""

from __future__ import annotations

import logging
import os
import sys

log = logging.getLogger(__name__)

EXIT_FAILED = 1


class Standstill(Exception):
    """A partition has records to read and none was processed for too long. The message has no data."""


def describe(error: BaseException) -> str:
    """An error in one line; without its message unless it is ours: that could quote a wearer's data."""
    if isinstance(error, Standstill):
        return str(error)
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else f" at {trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
    return f"{type(error).__name__}{where}"


def leave(reason: str, code: int = EXIT_FAILED) -> None:
    """End the process at once, so that nothing more is written."""
    log.critical("%s", reason)
    exit_now(code)


def exit_now(code: int) -> None:
    """Leave without waiting for threads that may hang (Faust's consumer has one)."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)
