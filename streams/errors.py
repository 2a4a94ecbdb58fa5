"""Errors that a person can act on, each told in one line."""

from __future__ import annotations

from pydantic import ValidationError

from streams.printable import OneLine, printable

START = "run `vitalstream stack up`, or set VITALSTREAM_BROKER and VITALSTREAM_REDIS_URL"


class UserError(OneLine):
    """What went wrong and what to do about it, in one line for the person at the terminal."""


def one_line(error: BaseException) -> str | None:
    """The line to show for an expected error; None for one that is a bug and deserves its traceback."""
    if isinstance(error, UserError):
        return str(error)
    if isinstance(error, ValidationError):
        return _settings_line(error)
    if _is_refused(error):
        return f"no answer from Kafka or Redis ({_first_line(error)}): {START}"
    if isinstance(error, OSError) and error.filename is not None:
        return printable(f"{error.filename}: {error.strerror}")
    return None


def _settings_line(error: ValidationError) -> str:
    # The values stay out: one of them may be a secret.
    faults = (f"VITALSTREAM_{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}" for e in error.errors())
    return "; ".join(faults)


def _is_refused(error: BaseException) -> bool:
    # By name, so that neither client library has to be loaded for a command that does not use it.
    library = type(error).__module__.partition(".")[0]
    unreachable = ("NoBrokersAvailable", "KafkaConnectionError", "KafkaTimeoutError", "NodeNotReadyError")
    of_redis = ("ConnectionError", "TimeoutError", "BusyLoadingError")
    return isinstance(error, ConnectionRefusedError) or type(error).__name__ in {
        "kafka": unreachable,
        "aiokafka": unreachable,
        "redis": of_redis,
    }.get(library, ())


def _first_line(error: BaseException) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
