"""Bearer tokens: 256 random bits, shown once; kept is only their SHA-256, with whose they are.

A plain hash is enough: nobody tries 2^256 tokens, as one would try the words that people choose.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import msgspec

from exporters.access.live_file import LiveFile
from exporters.access.principal import Principal, Role
from streams.errors import UserError
from streams.malformed import MALFORMED

PREFIX = "vs_"  # lets scanners of repositories and mail know a token of this product
LENGTH = len(PREFIX) + 43
DAY_MS = 86_400_000
# No colon: `oidc:` and `local:` begin the names of others in the audit log.
_NAME = re.compile(r"[A-Za-z0-9._-]{1,48}\Z")
_WEARER = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")
_RESERVED = frozenset({"anonymous", "unknown"})


class Grant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Whose a token is: `wearers` None = every wearer; times in ms UTC."""

    id: str
    name: str
    role: Role
    wearers: list[str] | None
    sha256: Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
    created: int
    expires: int | None = None


class Content(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The file: `mask` is the key that alert ids are masked with for those who see no health detail."""

    mask: str
    tokens: list[Grant] = []
    version: int = 1


@dataclass(frozen=True, slots=True)
class _Known:
    content: Content
    by_digest: Mapping[str, Grant]


class Tokens:
    """The grants in a file, read again when it changes."""

    def __init__(self, path: Path, clock: Callable[[], float] = time.time) -> None:
        self._clock = clock
        self._mask = secrets.token_hex(32)
        self._file = LiveFile(path, self._read)

    @property
    def mask(self) -> str:
        """The key for masked ids. Raises UserError."""
        return self._now().content.mask

    def all(self) -> list[Grant]:
        """Every grant, expired ones too. Raises UserError."""
        return list(self._now().content.tokens)

    def principal(self, sha256: str) -> Principal | None:
        """Who holds the token with this digest; None = nobody, or no longer. Raises UserError."""
        known = self._now()
        grant = known.by_digest.get(sha256)
        if grant is None or self.expired(grant):
            return None
        wearers = None if grant.wearers is None else frozenset(grant.wearers)
        return Principal(grant.name, grant.role, wearers, mask=known.content.mask)

    def expired(self, grant: Grant) -> bool:
        """Whether this grant has ended."""
        return grant.expires is not None and grant.expires <= self._clock() * 1000

    def prepare(
        self, name: str, role: Role, wearers: Iterable[str] | None, days: float | None
    ) -> tuple[Grant, str]:
        """A new grant, not in force yet, and its token. Raises UserError."""
        token = PREFIX + secrets.token_urlsafe(32)
        now = int(self._clock() * 1000)
        kept = None if wearers is None else sorted(set(wearers))
        expires = None if days is None else now + int(days * DAY_MS)
        grant = Grant(secrets.token_hex(4), name, role, kept, digest(token), now, expires)
        _check(grant)
        _check_name(name, self.all())
        return grant, token

    def add(self, grant: Grant) -> None:
        """Put a prepared grant in force. Raises UserError."""

        def added(tokens: list[Grant]) -> list[Grant]:
            # Again, where nobody else can add: a second token of a name would outlive its revocation.
            _check_name(grant.name, tokens)
            return [*tokens, grant]

        self._change(added)

    def find(self, name: str) -> Grant:
        """The grant of this name or id. Raises UserError."""
        for grant in self.all():
            if name in (grant.name, grant.id):
                return grant
        raise UserError(
            f"nobody has a token by the name or id {name}: `vitalstream access list` shows who has"
        )

    def remove(self, grant: Grant) -> None:
        """End a grant: at once, in running services too. Raises UserError."""
        self._change(lambda tokens: [other for other in tokens if other.id != grant.id])

    def _change(self, by: Callable[[list[Grant]], list[Grant]]) -> None:
        def changed(known: _Known) -> bytes:
            content = msgspec.structs.replace(known.content, tokens=by(known.content.tokens))
            return msgspec.json.format(msgspec.json.encode(content)) + b"\n"

        try:
            self._file.change(changed)
        except ValueError as error:
            raise UserError(str(error)) from error

    def _now(self) -> _Known:
        try:
            return self._file.now()
        except ValueError as error:
            raise UserError(str(error)) from error

    def _read(self, data: bytes | None) -> _Known:
        if data is None:
            return _Known(Content(self._mask), {})
        try:
            content = msgspec.json.decode(data, type=Content)
        except MALFORMED as error:
            raise ValueError(
                f"{self._file.path} can't be read as grants: restore it, or remove it and grant anew"
            ) from error
        return _Known(content, {grant.sha256: grant for grant in content.tokens})


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def _check_name(name: str, tokens: Iterable[Grant]) -> None:
    if any(other.name == name for other in tokens):
        raise UserError(
            f"{name} has a token: run `vitalstream access revoke {name}` first, or choose another name"
        )


def _check(grant: Grant) -> None:
    if not _NAME.match(grant.name) or grant.name in _RESERVED:
        raise UserError(
            "a name has 1 to 48 letters, digits, dots, dashes or underlines, and is not `anonymous`"
        )
    for wearer in grant.wearers or ():
        if not _WEARER.match(wearer):
            raise UserError("a wearer is named as in the topics: 1 to 64 letters, digits or . _ : -")
    if grant.expires is not None and grant.expires <= grant.created:
        raise UserError("--expires is a number of days above 0")
    count = None if grant.wearers is None else len(grant.wearers)
    if grant.role == "wearer" and count != 1:
        raise UserError("a wearer sees themselves alone: give --wearer exactly once")
    if grant.role == "clinician" and count == 0:
        raise UserError("a clinician sees assigned wearers: give --wearer for each, or --every-wearer")
    if grant.role in ("operator", "admin") and count != 0:
        raise UserError(f"role {grant.role} sees no wearer's health detail: leave --wearer out")
