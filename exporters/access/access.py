"""Access to the alert API: who a request is from, and what is needed to say so."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from starlette.datastructures import Headers

from exporters.access.audit import AuditLog
from exporters.access.break_glass import BreakGlass
from exporters.access.limits import Limits
from exporters.access.origin import through_proxy
from exporters.access.principal import Principal
from exporters.access.refused import IssuerAway, later, no_login
from exporters.access.tokens import PREFIX, Tokens, digest
from streams.errors import UserError
from streams.settings import Settings
from streams.wires.clear import is_loopback

if TYPE_CHECKING:
    from exporters.access.oidc import Oidc

Resolve = Callable[[], Principal | None]
"""Who it is now: None once the token has ended; a break-glass comes and goes."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Access:
    """What access rests on: tokens, issuer, openings, audit log, and where the API listens."""

    tokens: Tokens
    glass: BreakGlass
    audit: AuditLog
    oidc: Oidc | None = None
    anonymous: Literal["off", "read", "answer"] = "off"
    loopback: bool = True
    tls: bool = False
    limits: Limits = field(default_factory=Limits)
    clock: Callable[[], float] = time.time

    @classmethod
    def open(
        cls, settings: Settings, limits: Limits | None = None, clock: Callable[[], float] = time.time
    ) -> Access:
        """Access as the settings say. Raises UserError: they contradict each other, or a file is damaged."""
        loopback, tls = is_loopback(settings.bind), settings.api_tls_cert is not None
        _check(settings, loopback, tls)
        opened = replace(
            cls.files(settings, clock),
            oidc=_oidc(settings),
            anonymous=settings.api_anonymous,
            loopback=loopback and not tls,
            tls=tls,
            limits=limits or Limits(),
        )
        opened.tokens.all()
        return opened

    @classmethod
    def files(cls, settings: Settings, clock: Callable[[], float] = time.time) -> Access:
        """The files of access alone, as commands change and check them."""
        audit = audit_path(settings)
        glass = BreakGlass(audit.with_name("break-glass.json"), clock)
        return cls(Tokens(access_path(settings), clock), glass, AuditLog(audit, clock), clock=clock)

    def close(self) -> None:
        """Write what waits for the audit log."""
        self.audit.close()

    async def login(self, headers: Headers, client: str | None) -> Resolve:
        """Who this is from. Raises Refused (401, 503) or UserError (the file of tokens is damaged)."""
        given = headers.getlist("authorization")
        if not given:
            return self._without_token(headers, client)
        scheme, _, token = given[0].partition(" ")
        token = token.strip()
        if len(given) > 1 or scheme.lower() != "bearer" or not token:
            raise no_login("send one header `Authorization: Bearer TOKEN`")
        found = self._by_token(token) if token.startswith(PREFIX) else await self._by_issuer(token)
        if found is None or found() is None:
            raise no_login("this token is not valid here, or no longer: ask an admin for another")
        return found

    def _without_token(self, headers: Headers, client: str | None) -> Resolve:
        local = self.loopback and is_loopback(client) and not through_proxy(headers)
        if self.anonymous == "off" or not local:
            raise no_login("send a token: `Authorization: Bearer TOKEN`", count=False)
        who = Principal(
            "anonymous", "clinician", None, anonymous=True, read_only=self.anonymous == "read",
            mask=self.tokens.mask,
        )  # fmt: skip
        return lambda: who

    def _by_token(self, token: str) -> Resolve:
        sha256 = digest(token)
        return lambda: self._opened(self.tokens.principal(sha256))

    async def _by_issuer(self, token: str) -> Resolve | None:
        if self.oidc is None:
            return None
        try:
            found = await self.oidc.login(token)
        except IssuerAway:
            raise later("the issuer of tokens can't be reached: try again in some seconds") from None
        if found is None:
            return None
        who, until = replace(found.principal, mask=self.tokens.mask), found.until
        return lambda: self._opened(who) if self.clock() < until else None

    def _opened(self, who: Principal | None) -> Principal | None:
        """With the wearers that a break-glass gives them now."""
        if who is None or who.role != "clinician" or who.wearers is None:
            return who
        try:
            opened = self.glass.wearers(who.name)
        except (OSError, ValueError) as error:
            log.error("openings by break-glass can't be read: %s", type(error).__name__)
            return who
        return replace(who, wearers=who.wearers | opened) if opened else who


def access_path(settings: Settings) -> Path:
    """The file of tokens."""
    return (settings.access or settings.data_dir / "access.json").expanduser().absolute()


def audit_path(settings: Settings) -> Path:
    """The audit log."""
    return (settings.audit or settings.data_dir / "audit.jsonl").expanduser().absolute()


def _oidc(settings: Settings) -> Oidc | None:
    if settings.oidc_issuer is None:
        return None
    # Loaded where there is an issuer: commands start faster without.
    from exporters.access.oidc import Oidc

    try:
        return Oidc(settings.oidc_issuer, settings.oidc_audience)
    except ValueError as error:
        raise UserError(f"VITALSTREAM_OIDC_ISSUER: {error}") from error


def _check(settings: Settings, loopback: bool, tls: bool) -> None:
    if not loopback and not tls:
        raise UserError(
            "without TLS the API listens on loopback alone: set VITALSTREAM_API_TLS_CERT and"
            " VITALSTREAM_API_TLS_KEY, or leave VITALSTREAM_BIND out"
        )
    if settings.api_anonymous != "off" and (tls or not loopback):
        raise UserError(
            "VITALSTREAM_API_ANONYMOUS is for loopback without TLS alone: leave it out, and hand out tokens"
            " by `vitalstream access grant`"
        )
