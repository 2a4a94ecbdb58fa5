"""One POST over HTTP(S): no redirects, no proxies, a time limit over all of it, the answer's body unread."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from urllib.parse import urlsplit

import httpcore

from exporters.deliveries.address import Network, refusal
from exporters.deliveries.outcomes import Failed, Outcome, of_status

AGENT = "vitalstream"


class Refused(OSError):
    """An address that is not to be called."""


class Poster:
    """Posts to one URL.

    The address that a name stands for is checked and used in one step, at every connection: a name that
    changes its mind in between gains nothing.
    """

    def __init__(
        self,
        url: str,
        timeout_s: float,
        concurrency: int,
        allowed: Sequence[str] = (),
        ca_file: Path | None = None,
    ) -> None:
        self._url = url
        self._timeout_s = timeout_s
        encrypted = urlsplit(url).scheme == "https"
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=ssl.create_default_context(cafile=ca_file),
            max_connections=concurrency,
            max_keepalive_connections=0,
            network_backend=_Guarded(encrypted, [ipaddress.ip_network(network) for network in allowed]),
        )

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Outcome:
        """Send `body` (JSON); what the status says, or how it failed."""
        sent = [(name.encode(), value.encode()) for name, value in {**headers, "user-agent": AGENT}.items()]
        try:
            async with (
                asyncio.timeout(self._timeout_s),
                self._pool.stream("POST", self._url, headers=sent, content=body) as answer,
            ):
                return of_status(answer.status, _retry_after(answer.headers))
        except (TimeoutError, httpcore.TimeoutException):
            return Failed("timeout", f"no answer in {self._timeout_s:g} s")
        except Refused as error:
            return Failed("address", f"the address is not called: {error}")
        except ssl.SSLError:
            return Failed("tls", "TLS failed")
        except httpcore.ConnectError as error:
            return _connect_fault(error)
        except (httpcore.NetworkError, httpcore.ProtocolError, OSError) as error:
            return Failed("connection", f"the connection failed ({type(error).__name__})")

    async def close(self) -> None:
        """Close its connections."""
        await self._pool.aclose()


class _Guarded(httpcore.AsyncNetworkBackend):
    """Resolves a name itself and connects only to an address that may be called."""

    def __init__(self, encrypted: bool, allowed: Sequence[Network]) -> None:
        self._plain = httpcore.AnyIOBackend()
        self._encrypted = encrypted
        self._allowed = allowed

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the base class has it so
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception | None = None
        for address in await _resolve(host, port):
            if (why := refusal(ipaddress.ip_address(address), self._encrypted, self._allowed)) is not None:
                raise Refused(why)
            try:
                return await self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
            except httpcore.ConnectError as error:
                failure = error
        raise failure or httpcore.ConnectError("the name has no address")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


async def _resolve(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        raise httpcore.ConnectError("the name has no address") from None
    # A link-local IPv6 address comes with its zone, which ipaddress reads too.
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _connect_fault(error: httpcore.ConnectError) -> Failed:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return Failed("tls", "TLS failed: its certificate is not trusted, or it speaks none")
        cause = cause.__cause__ or cause.__context__
    return Failed("connection", "it can't be reached")


def _retry_after(headers: Iterable[tuple[bytes, bytes]]) -> float | None:
    """Seconds that an answer asks to wait: a number or a date (RFC 9110, 10.2.3)."""
    said = next((value for name, value in headers if name.lower() == b"retry-after"), b"").decode("latin-1")
    if said.isascii() and said.isdigit():
        return float(said[:9])
    try:
        until = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(0.0, (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
