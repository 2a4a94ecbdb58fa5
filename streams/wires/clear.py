"""What may go in clear: to this machine, and over a network that its operator calls trusted."""

from __future__ import annotations

from ipaddress import ip_address

from streams.errors import UserError
from streams.settings import Settings


def is_loopback(host: str | None) -> bool:
    """Whether this is an address of this machine's loopback, or its name; other names are not looked up."""
    try:
        address = ip_address((host or "").strip("[]"))
    except ValueError:
        return host == "localhost"
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback or (mapped is not None and mapped.is_loopback)


def refuse_in_clear(settings: Settings, what: str, host: str, cure: str) -> None:
    """Let `what` go to `host` without TLS only if nobody can listen. Raises UserError that says the cure."""
    if settings.plaintext == "trusted-network" or is_loopback(host):
        return
    raise UserError(
        f"{what} would go in clear to or from {host}: {cure}"
        " (or VITALSTREAM_PLAINTEXT=trusted-network, where nobody else is on that network)"
    )
