"""Who may read metrics, and by what TLS: files that an operator writes, passwords kept as scrypt digests."""

from __future__ import annotations

import base64
import binascii
import hmac
import os
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from exporters.metrics.digest import Digest
from streams.errors import UserError
from streams.settings import Settings
from streams.wires.clear import is_loopback, refuse_in_clear

LONGEST = 256
NOBODY = "nobody"
MOST_TRIES = 8
"""Passwords that wait to be tried; each holds a thread until then."""
_DUMMY = Digest(b"\0" * 16, b"\0" * 32)


class Busy(Exception):
    """So many passwords wait to be tried that this one is not."""


@dataclass(frozen=True, slots=True)
class MetricsDoor:
    """The TLS context and the users of an endpoint; without users everyone on this machine may read."""

    context: ssl.SSLContext | None = None
    users: Mapping[str, Digest] = field(default_factory=dict)
    _known: set[bytes] = field(default_factory=set)
    _one: threading.Lock = field(default_factory=threading.Lock)
    _tries: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(MOST_TRIES))
    _salt: bytes = field(default_factory=lambda: os.urandom(32))

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """By these settings. Raises UserError: open to a network without TLS and users, or a bad file."""
        cert, key, file = settings.metrics_tls_cert, settings.metrics_tls_key, settings.metrics_users
        if cert is None or file is None:
            refuse_in_clear(
                settings,
                "metrics",
                settings.bind,
                "set VITALSTREAM_METRICS_TLS_CERT, _TLS_KEY and VITALSTREAM_METRICS_USERS",
            )
        if cert is None and file is not None and not is_loopback(settings.bind):
            raise UserError("VITALSTREAM_METRICS_USERS without TLS would tell passwords to the network")
        return cls(None if cert is None else _context(cert, key), {} if file is None else read_users(file))

    def lets_in(self, authorization: str | None) -> bool:
        """Whether the header `Authorization` names a user and their password (RFC 7617). Raises Busy."""
        if not self.users:
            return True
        name, password = _basic(authorization or "")
        # A digest is slow on purpose: one at a time, and once for who comes every few seconds. Who is known
        # never waits behind those who guess.
        seen = hmac.digest(self._salt, f"{name}\0{password}".encode(), "sha256")
        if seen in self._known:
            return True
        if not self._tries.acquire(blocking=False):
            raise Busy
        try:
            with self._one:
                # An unknown name costs as much as a known one.
                fits = self.users.get(name, _DUMMY).fits(password) and name in self.users
        finally:
            self._tries.release()
        if fits:
            self._known.add(seen)
        return fits


def read_users(file: Path) -> dict[str, Digest]:
    """Users by name. Raises UserError that names the line, never what is in it."""
    try:
        lines = file.read_text().splitlines()
    except OSError as error:
        raise UserError(f"VITALSTREAM_METRICS_USERS: {file}: {error.strerror}") from None
    users = {}
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        name, _, text = line.strip().partition(":")
        try:
            users[name] = Digest.read(text)
        except (ValueError, binascii.Error):
            raise UserError(
                f"{file}, line {number}: no line as `vitalstream metrics-user NAME` prints it"
            ) from None
    if not users:
        raise UserError(f"{file} names nobody: `vitalstream metrics-user NAME` prints a line for it")
    return users


def _context(cert: Path, key: Path | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(cert, key)
    except ssl.SSLError:
        raise UserError(
            "VITALSTREAM_METRICS_TLS_CERT and _TLS_KEY are no certificate and its key (PEM)"
        ) from None
    except OSError as error:
        raise UserError(f"VITALSTREAM_METRICS_TLS_CERT or _TLS_KEY: {error.strerror}") from None
    return context


def _basic(authorization: str) -> tuple[str, str]:
    kind, _, text = authorization.partition(" ")
    if kind.lower() != "basic" or len(text) > 2 * LONGEST:
        return NOBODY, ""
    try:
        name, _, password = base64.b64decode(text, validate=True).decode().partition(":")
    except ValueError:
        return NOBODY, ""
    return name, password
