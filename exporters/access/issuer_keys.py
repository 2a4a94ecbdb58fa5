"""The public keys of an OpenID Connect issuer: found by discovery, kept, fetched anew."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

import httpx
from jwt import PyJWK
from jwt.exceptions import PyJWTError

from exporters.access.refused import IssuerAway
from streams.wires.clear import is_loopback

KEPT_S = 3_600.0  # then they are fetched anew, so that a withdrawn key ends
AGED_S = 24 * 3_600.0  # an issuer that is away for longer is not believed by old keys
AGAIN_S = 30.0  # shortest time between fetches: a stranger can name any key
TIMEOUT_S = 5.0
LARGEST = 256 * 1024
SMALLEST_RSA = 2048

log = logging.getLogger(__name__)


class IssuerKeys:
    """Keys by id. Fetches run in the event loop, one at a time; others wait for it."""

    def __init__(self, issuer: str, clock: Callable[[], float] = time.monotonic) -> None:
        _check_address(issuer)
        self._issuer = issuer
        self._clock = clock
        self._keys: Mapping[str | None, PyJWK] = MappingProxyType({})
        self._fetched = self._tried = -AGED_S
        self._one = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    async def find(self, kid: str | None) -> PyJWK | None:
        """The key of this id; None = the issuer has none. Raises IssuerAway."""
        if kid not in self._keys or not self._fresh(AGED_S):
            await self._refresh()
        elif not self._fresh(KEPT_S) and (self._task is None or self._task.done()):
            self._task = asyncio.create_task(self._refresh())
        if not self._fresh(AGED_S):
            raise IssuerAway
        return self._keys.get(kid)

    def _fresh(self, age_s: float) -> bool:
        return self._clock() - self._fetched < age_s

    async def _refresh(self) -> None:
        async with self._one:
            if self._clock() - self._tried < AGAIN_S:
                return
            self._tried = self._clock()
            try:
                self._keys = await self._fetch()
            except (httpx.HTTPError, httpx.InvalidURL, ValueError, TypeError) as error:
                log.warning("the issuer's keys can't be fetched: %s", type(error).__name__)
            else:
                self._fetched = self._clock()

    async def _fetch(self) -> Mapping[str | None, PyJWK]:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
            place = f"{self._issuer.rstrip('/')}/.well-known/openid-configuration"
            about = _object(await _got(client, place))
            if about.get("issuer") != self._issuer:
                raise ValueError("the discovery document names another issuer")
            where = str(about.get("jwks_uri"))
            _check_address(where)
            return usable_keys(await _got(client, where))


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
        raise ValueError("an issuer is reached by https, or by http on loopback")


async def _got(client: httpx.AsyncClient, url: str) -> bytes:
    got = bytearray()
    async with client.stream("GET", url, headers={"Accept": "application/json"}) as answer:
        answer.raise_for_status()
        async for chunk in answer.aiter_bytes():
            got += chunk
            if len(got) > LARGEST:
                raise ValueError("the answer is too large")
    return bytes(got)


def _object(data: bytes) -> dict[str, Any]:
    try:
        found = httpx.Response(200, content=data).json()
    except RecursionError as error:
        raise ValueError("the answer is nested too deeply") from error
    if not isinstance(found, dict):
        raise ValueError("the answer is no object")
    return found


def usable_keys(data: bytes) -> Mapping[str | None, PyJWK]:
    """The keys of a set that sign by RS256 or ES256; a set of one key serves tokens that name none.

    Raises:
        ValueError, TypeError: it is no set of keys.
    """
    keys: dict[str | None, PyJWK] = {}
    for one in _object(data).get("keys", []):
        key = _key(one)
        if key is not None:
            keys[key.key_id] = key
    if len(keys) == 1:
        keys[None] = next(iter(keys.values()))
    return MappingProxyType(keys)


def _algorithm(told: dict[str, Any]) -> str | None:
    if told.get("kty") == "RSA":
        return "RS256"
    return "ES256" if told.get("kty") == "EC" and told.get("crv") == "P-256" else None


def _key(told: Any) -> PyJWK | None:
    if not isinstance(told, dict) or told.get("use", "sig") != "sig":
        return None
    algorithm = _algorithm(told)
    if algorithm is None or told.get("alg", algorithm) != algorithm:
        return None
    try:
        key = PyJWK.from_dict(told, algorithm)
    except PyJWTError:
        return None
    return key if getattr(key.key, "key_size", 0) >= SMALLEST_RSA or algorithm == "ES256" else None
