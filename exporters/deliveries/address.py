"""Which addresses may be called: encrypted off this machine, and never a cloud's metadata service."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from urllib.parse import urlsplit

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

# Metadata services beyond the link-local 169.254.169.254 and fe80::/10: AWS, Alibaba, Azure, Oracle.
_METADATA = tuple(
    map(ipaddress.ip_network, ("fd00:ec2::/32", "100.100.100.200/32", "168.63.129.16/32", "192.0.0.192/32"))
)
_NAT64 = ipaddress.ip_network("64:ff9b::/96")


def checked(url: str) -> str:
    """The URL as it is to be called.

    Raises:
        ValueError: it is none, or would tell of alerts in the clear to another machine. It is not quoted.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("url: it is none") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0:
        raise ValueError("url: it must begin with https:// and name a host")
    if parts.scheme == "http" and not may_be_loopback(parts.hostname):
        raise ValueError("url: it must begin with https:// unless it is on this machine")
    if parts.username or parts.password or parts.fragment:
        raise ValueError("url: it must have no user, password or fragment")
    return url


def refusal(address: Address, encrypted: bool, allowed: Sequence[Network] = ()) -> str | None:
    """Why this address is not to be called; None = it may be."""
    real = _real(address)
    if not encrypted and not real.is_loopback:
        return "it is not this machine, and the URL is not https"
    if any(real in network for network in allowed if network.version == real.version):
        return None
    if real.is_link_local or any(real in net for net in _METADATA if net.version == real.version):
        return "it is link-local or a metadata service"
    if real.is_unspecified or real.is_multicast:
        return "it is no host"
    return None


def _real(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one that only carries it."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    carried = address.ipv4_mapped or address.sixtofour
    if carried is None and address in _NAT64:
        carried = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return carried or address


def may_be_loopback(host: str) -> bool:
    """Whether a host's name or address is meant to be this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
