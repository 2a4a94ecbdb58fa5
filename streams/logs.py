"""The log of every process: one line each to standard error."""

from __future__ import annotations

import logging
import sys

OTHERS = ("faust", "mode", "aiokafka", "kafka", "asyncio")


def set_up_logging(level: str) -> None:
    """Log to standard error at `level`; the libraries only what is wrong, unless `debug` is asked for."""
    logging.basicConfig(
        stream=sys.stderr,
        level=level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        force=True,
    )
    for name in OTHERS:
        logging.getLogger(name).setLevel(logging.DEBUG if level == "debug" else logging.CRITICAL)
