"""OpenID Connect: who a signed token (JWT) of the configured issuer is for.

The issuer says the role in the claim `vitalstream_role` (wearer, clinician, operator, admin) and whose
data in `vitalstream_wearers`: a list of wearers; `"*"` gives a clinician every wearer. The name in the
audit log and in answers is `oidc:` and the claim `sub`.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

import jwt
from jwt.exceptions import PyJWTError

from exporters.access.issuer_keys import IssuerKeys
from exporters.access.principal import ROLES, Principal, Role

ALGORITHMS = ("RS256", "ES256")
LEEWAY_S = 30
LARGEST = 8 * 1024
MOST_WEARERS = 10_000
PREFIX = "oidc:"
_NAME = re.compile(r"[A-Za-z0-9._:@|+-]{1,59}\Z")
_WEARER = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class Login:
    """Who a token is for, until when (s UTC)."""

    principal: Principal
    until: float


class Oidc:
    """Takes the tokens of one issuer for one audience."""

    def __init__(self, issuer: str, audience: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer, self._audience = issuer, audience
        self._keys = IssuerKeys(issuer, clock)

    async def login(self, token: str) -> Login | None:
        """Who the token is for; None = it is not valid here. Raises IssuerAway."""
        header = _header(token)
        if header is None:
            return None
        key = await self._keys.find(header.get("kid"))
        # The key says how it signs, never the token: no `none`, no HMAC with a public key.
        if key is None or header.get("alg") != key.algorithm_name:
            return None
        try:
            claims = jwt.decode(
                token, key, algorithms=[key.algorithm_name], audience=self._audience, issuer=self._issuer,
                leeway=LEEWAY_S, options={"require": ["exp", "iss", "aud", "sub"]},
            )  # fmt: skip
        except (PyJWTError, ValueError, TypeError, RecursionError):
            return None
        principal = principal_of(claims)
        return None if principal is None else Login(principal, float(claims["exp"]) + LEEWAY_S)


def principal_of(claims: dict[str, Any]) -> Principal | None:
    """Who the claims name; None where role and wearers are not as they have to be."""
    role, told = claims.get("vitalstream_role"), claims.get("vitalstream_wearers", [])
    if role not in ROLES:
        return None
    wearers = _wearers(cast(Role, role), told)
    if wearers is None and not (role == "clinician" and told == "*"):
        return None
    return Principal(_name(str(claims["sub"])), cast(Role, role), wearers)


def _header(token: str) -> dict[str, Any] | None:
    if len(token) > LARGEST:
        return None
    try:
        header = jwt.get_unverified_header(token)
    except (PyJWTError, ValueError, RecursionError):
        return None
    kid = header.get("kid")
    right = header.get("alg") in ALGORITHMS and (kid is None or isinstance(kid, str))
    return header if right else None


def _wearers(role: Role, told: object) -> frozenset[str] | None:
    """The wearers that are named; None where that is no list of them, or not one that fits the role."""
    if role in ("operator", "admin"):
        return frozenset()
    if not isinstance(told, list) or len(told) > MOST_WEARERS:
        return None
    if not all(isinstance(one, str) and _WEARER.match(one) for one in told):
        return None
    return frozenset(told) if role == "clinician" or len(set(told)) == 1 else None


def _name(subject: str) -> str:
    if _NAME.match(subject):
        return PREFIX + subject
    return PREFIX + hashlib.sha256(subject.encode("utf-8", "replace")).hexdigest()[:32]
