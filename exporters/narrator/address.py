"""Which addresses a narrator may have: encrypted, or on this machine."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit


def checked(url: str) -> str:
    """The address without a slash at its end.

    Raises:
        ValueError: it is none, or would tell numbers in the clear to another machine.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("the narrator's URL must begin with https:// and name a host")
    if parts.scheme == "http" and not _loopback(parts.hostname):
        raise ValueError("the narrator's URL must begin with https:// unless it is on this machine")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise ValueError(
            "the narrator's URL must have no user, query or fragment: the key is a setting of its own"
        )
    return url.rstrip("/")


def _loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
