"""What a request must say of where it comes from: against pages of other sites and DNS rebinding. Pure.

A page of another site can make a browser send requests to this machine. It can't choose `Host` and
`Origin`: a name that someone pointed at 127.0.0.1 shows in `Host`, the page's own site in `Origin`.
"""

from __future__ import annotations

from collections.abc import Mapping

from streams.wires.clear import is_loopback

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PORTS = {"http": "80", "https": "443", "ws": "80", "wss": "443"}
_SECURE = frozenset({"https", "wss"})
_HERE = frozenset({"same-origin", "none"})
# Only a proxy adds these: then the loopback address is the proxy's, not the client's.
_OF_PROXIES = frozenset(
    {"forwarded", "via", "x-real-ip", "x-client-ip", "cf-connecting-ip", "true-client-ip"}
)
_OF_PROXIES_TOO = "x-forwarded-"


def names_loopback(headers: Mapping[str, str]) -> bool:
    """Whether `Host` names this machine in a way that nobody else can point here."""
    return is_loopback(_netloc(headers.get("host", ""), "http")[0])


def through_proxy(headers: Mapping[str, str]) -> bool:
    """Whether a proxy passed this on."""
    return any(name in _OF_PROXIES or name.startswith(_OF_PROXIES_TOO) for name in map(str.lower, headers))


def from_elsewhere(method: str, scheme: str, headers: Mapping[str, str]) -> bool:
    """Whether a page of another site asks (`method` may be WEBSOCKET); a link on it may be followed.

    It could not read what it is told, but it could use up rates and streams of who looks at it.
    """
    foreign = headers.get("sec-fetch-site", "none") not in _HERE
    if method in _SAFE:
        return foreign and headers.get("sec-fetch-mode") != "navigate"
    if foreign:
        return True
    origin = headers.get("origin")
    if origin is None:
        return False  # no browser
    there, _, where = origin.partition("://")
    if scheme in _SECURE and there != "https":
        return True
    return _netloc(where, there) != _netloc(headers.get("host", ""), scheme)


def _netloc(value: str, scheme: str) -> tuple[str, str]:
    """Name and port of `host[:port]`; no port where it is the scheme's own, as before a proxy with TLS."""
    host, colon, port = value.lower().rpartition(":")
    if not colon or port.endswith("]"):
        host, port = value.lower(), ""
    return host.removeprefix("[").removesuffix("]"), "" if port == _PORTS.get(scheme) else port
