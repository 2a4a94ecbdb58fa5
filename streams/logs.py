"""The log of every process: one line each to standard error, and never what an error quotes."""

from __future__ import annotations

import logging
import sys
import traceback
from types import MappingProxyType, TracebackType

NEVER = logging.CRITICAL + 1
# What libraries say at most, when `debug` is asked for; else only what is critical. Below these levels some
# tell what is nobody's business: records and their keys (aiokafka, sse_starlette), headers and addresses
# with the tokens in them (httpx, httpcore, urllib3, websockets), or both (apprise).
MOST = MappingProxyType({
    "faust": logging.DEBUG,
    "mode": logging.DEBUG,
    "asyncio": logging.DEBUG,
    "aiokafka": logging.INFO,
    "kafka": logging.INFO,
    "sse_starlette": logging.INFO,
    "websockets": logging.INFO,
    "httpx": logging.WARNING,
    "httpcore": logging.INFO,
    "urllib3": NEVER,
    "requests": NEVER,
    "apprise": NEVER,
})  # fmt: skip

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class Discreet(logging.Formatter):
    """Tells of an error its class and where it was raised; its message can quote a wearer's data."""

    def formatException(self, ei: _Raised) -> str:  # noqa: N802 - its name in logging
        """Lines of the traceback, and the class."""
        kind, _, trace = ei
        return "".join(traceback.format_tb(trace)) + (kind.__name__ if kind else "")


def set_up_logging(level: str) -> None:
    """Log to standard error at `level`; the libraries only what is wrong, unless `debug` is asked for."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Discreet("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    for name, most in MOST.items():
        logging.getLogger(name).setLevel(most if level == "debug" else max(most, logging.CRITICAL))
