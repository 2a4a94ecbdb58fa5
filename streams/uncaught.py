"""What nobody has caught goes into the log too, where it is redacted: never past it, to standard error.

Python's own words there are a traceback of many lines with the error's message, which can quote a wearer's
data; those of a handler of logs that fails have the record's arguments.
"""

from __future__ import annotations

import logging
import sys
import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType

log = logging.getLogger(__name__)


def log_uncaught() -> None:
    """From now on errors of the process, of threads and of finalizers are lines of the log; warnings too."""
    sys.excepthook = _of_process
    threading.excepthook = _of_thread
    sys.unraisablehook = _of_finalizer
    logging.captureWarnings(capture=True)
    logging.raiseExceptions = False


def _of_process(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("ended by an error: please report this", exc_info=(kind, error, trace))


def _of_thread(hooked: threading.ExceptHookArgs) -> None:
    if hooked.exc_type is SystemExit or hooked.exc_value is None:
        return
    log.critical(
        "a thread was ended by an error", exc_info=(hooked.exc_type, hooked.exc_value, hooked.exc_traceback)
    )


def _of_finalizer(raised: sys.UnraisableHookArgs) -> None:
    if raised.exc_value is not None:
        log.error(
            "an error in a finalizer", exc_info=(raised.exc_type, raised.exc_value, raised.exc_traceback)
        )
