"""What can go wrong at Redis, in few words that are safe to log and to count."""

from __future__ import annotations

import re
from ssl import SSLCertVerificationError, SSLError
from typing import Literal, Self

from redis import exceptions as redis_errors

from streams.wires.faults import certificate_fault

ErrorKind = Literal[
    "timeout", "connection", "certificate", "loading", "authentication", "read_only", "memory", "answer"
]  # fmt: skip
LASTING: tuple[ErrorKind, ...] = ("authentication", "certificate")
"""What trying again does not mend."""

# The first class that fits names the kind: subclasses come before what they derive from.
_KINDS: tuple[tuple[type[BaseException], ErrorKind], ...] = (
    (redis_errors.AuthenticationError, "authentication"),
    (redis_errors.NoPermissionError, "authentication"),
    (redis_errors.BusyLoadingError, "loading"),
    (redis_errors.TimeoutError, "timeout"),
    (TimeoutError, "timeout"),
    (redis_errors.ConnectionError, "connection"),
    (OSError, "connection"),
    (redis_errors.ReadOnlyError, "read_only"),
    (redis_errors.OutOfMemoryError, "memory"),
)

# Not those of a server that ends in the middle of a handshake: it comes back.
_LASTING_TLS = re.compile(r"ALERT.*(CERT|UNKNOWN_CA|HANDSHAKE_FAILURE)|WRONG_VERSION_NUMBER")

_ADVICE: dict[ErrorKind, str] = {
    "timeout": "it did not answer in time",
    "connection": "it can't be reached",
    "certificate": "its certificate is not trusted; name its CA in the URL, ?ssl_ca_certs=FILE",
    "loading": "it is still loading its data",
    "authentication": "it refuses these credentials, or they don't allow this",
    "read_only": "it is a read-only replica",
    "memory": "it is out of memory",
    "answer": "it answered with an error",
}


class RedisUnavailable(Exception):
    """Redis has not answered a request as asked.

    `kind` is one of a few words, fit for a metric label. The message has neither address, nor
    credentials, nor data: a server's own error text can quote all three.
    """

    def __init__(self, kind: ErrorKind, code: str = "", words: str | None = None) -> None:
        """`words` say more exactly what is wrong than those of the kind."""
        self.kind: ErrorKind = kind
        told = words or f"Redis is not available: {_ADVICE[kind]}"
        super().__init__(told + (f" ({code})" if code else ""))

    @classmethod
    def of(cls, error: BaseException) -> Self:
        """What stands for an error of redis-py or of a socket."""
        kind = _kind(error)
        return cls(kind, _code(error) if kind == "answer" else "", _words(error, kind))


class SinkUnavailable(RedisUnavailable):
    """Redis has not confirmed a write; the same batch may be sent again."""


def _kind(error: BaseException) -> ErrorKind:
    if _of_tls(error) is not None:
        return "certificate"
    return next((kind for known, kind in _KINDS if isinstance(error, known)), "answer")


def _of_tls(error: BaseException | None) -> SSLError | None:
    """The error of TLS behind it that does not go away by itself: redis-py wraps it as a lost connection."""
    while error is not None:
        if isinstance(error, SSLCertVerificationError):
            return error
        if isinstance(error, SSLError) and _LASTING_TLS.search(error.reason or ""):
            return error
        error = error.__cause__ or error.__context__
    return None


def _words(error: BaseException, kind: ErrorKind) -> str | None:
    fault = _of_tls(error)
    if fault is not None:
        return certificate_fault(fault, "Redis")
    if isinstance(error, redis_errors.NoPermissionError):
        return "Redis does not let this user do that: deploy/redis/users.acl.template has what each may"
    if kind == "authentication":
        return "Redis refuses these credentials: look at VITALSTREAM_REDIS_URL_FILE"
    return None


def _code(error: BaseException) -> str:
    """The leading error code of a server's answer, such as `WRONGTYPE`; the class where there is none."""
    first = str(error).split(" ", 1)[0]
    return first if first.isalpha() and first.isupper() else type(error).__name__
