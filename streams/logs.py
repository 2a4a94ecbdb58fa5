"""The log of every process: one line each to standard error, and never what an error quotes.

Our own loggers and those of libraries come out alike, as JSON for machines or in columns for people. A line
has `timestamp` (UTC), `level`, `logger`, `event` and fields; `service` and `pid` say who speaks, and
`partition` whose records it was about, where that is known.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import traceback
from collections.abc import Iterable
from types import MappingProxyType
from typing import Any, Literal, TextIO, cast

import structlog
from structlog.contextvars import merge_contextvars
from structlog.typing import EventDict, Processor

from streams.redaction import Redaction, secrets_of
from streams.settings import Settings
from streams.uncaught import log_uncaught

Style = Literal["auto", "json", "console"]
NEVER = logging.CRITICAL + 1
# What libraries say at most, when `debug` is asked for; else only what is critical. Below these levels some
# tell what is nobody's business: records and their keys (aiokafka, faust.topics, sse_starlette), headers and
# addresses with the tokens in them (httpx, httpcore, urllib3, websockets), or both (apprise).
MOST = MappingProxyType({
    "faust": logging.DEBUG,
    "faust.topics": logging.INFO,
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
    "py.warnings": logging.WARNING,
    # The exporter of traces tells every failure, at length: streams.tracing says it once.
    "opentelemetry": NEVER,
})  # fmt: skip
_OURS = ("streams", "exporters")


def get_log(name: str) -> structlog.stdlib.BoundLogger:
    """A logger that takes fields beside the event: `log.warning("no answer", partition=3)`.

    It writes through `logging`, so it is heard wherever that is; an event is a fixed text, what varies is
    a field. No field may hold a wearer, a device, a person or a secret.
    """
    wrapped = structlog.wrap_logger(
        logging.getLogger(name),
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.render_to_log_args_and_kwargs,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    return cast("structlog.stdlib.BoundLogger", wrapped)


def log_as(service: str, settings: Settings) -> None:
    """Log to standard error as `service`, as the settings say; no line holds a secret of theirs."""
    set_up_logging(settings.log_level, settings.log_format, service, secrets_of(settings))


def set_up_logging(level: str, style: Style = "auto", service: str = "", secrets: Iterable[str] = ()) -> None:
    """Log to standard error at `level`; the libraries only what is wrong, unless `debug` is asked for."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter(sys.stderr, style, service, secrets))
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    log_uncaught()
    for name, most in MOST.items():
        logging.getLogger(name).setLevel(most if level == "debug" else max(most, logging.CRITICAL))


def formatter(
    stream: TextIO, style: Style = "auto", service: str = "", secrets: Iterable[str] = ()
) -> structlog.stdlib.ProcessorFormatter:
    """What makes a line of a record: JSON, or columns for people, with colours where `stream` has them."""
    people = style == "console" or (style == "auto" and stream.isatty())
    before: list[Processor] = [
        _own_fields,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        merge_contextvars,
        _Speaker(service),
        discreet,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        Redaction(secrets),
    ]
    return structlog.stdlib.ProcessorFormatter(
        processors=[*before, *(_columns(stream.isatty()) if people else _lines())],
        keep_exc_info=False,
        keep_stack_info=False,
    )


def discreet(_logger: object, _method: str, event: EventDict) -> EventDict:
    """Tell of an error its class and the places on its way; its message can quote a wearer's data."""
    event.pop("stack_info", None)
    raised = event.pop("exc_info", None)
    if raised and raised[0] is not None:
        kind, _, trace = raised
        event["error"] = kind.__name__
        event["trace"] = [
            f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)
        ]
    return event


class _Speaker:
    """Adds which of our processes speaks."""

    def __init__(self, service: str) -> None:
        self._fields = {"service": service, "pid": os.getpid()} if service else {}

    def __call__(self, _logger: object, _method: str, event: EventDict) -> EventDict:
        for key, value in self._fields.items():
            event.setdefault(key, value)
        return event


_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName", "color_message"}


def _own_fields(_logger: object, _method: str, event: EventDict) -> EventDict:
    """The fields of our own loggers; what libraries attach to their records is not looked at."""
    record: logging.LogRecord = event["_record"]
    if record.name.partition(".")[0] in _OURS:
        event.update((key, value) for key, value in vars(record).items() if key not in _STANDARD)
    return event


def _columns(colours: bool) -> list[Processor]:
    renderer = structlog.dev.ConsoleRenderer(
        colors=colours, pad_event_to=0, exception_formatter=structlog.dev.plain_traceback
    )
    return [renderer]


def _lines() -> list[Processor]:
    return [structlog.processors.JSONRenderer(serializer=_dumps)]


_FIRST = ("timestamp", "level", "service", "pid", "logger", "event")


def _dumps(event: dict[str, Any], **_: Any) -> str:
    ordered = {key: event[key] for key in _FIRST if key in event} | event
    return json.dumps(ordered, ensure_ascii=False, default=lambda value: type(value).__name__)
