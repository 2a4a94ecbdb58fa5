"""What every answer of the API says to a browser: nothing foreign runs, nothing is kept, nobody frames it."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import MutableHeaders

# No inline script or style, nothing from elsewhere; `data:` are the small pictures of style sheets. No text
# becomes markup or script (Trusted Types): the board makes elements one by one.
CONTENT_SECURITY_POLICY = (
    "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_TLS = {"Strict-Transport-Security": "max-age=31536000"}


def secured(raw: Iterable[tuple[bytes, bytes]], *, tls: bool, data: bool) -> list[tuple[bytes, bytes]]:
    """The headers of an answer with those that protect who reads it; `data` is never kept by a cache.

    Where a route says a policy or a way to cache of its own, such as a card with its style inside, it stands.
    """
    headers = MutableHeaders(raw=list(raw))
    headers.update(_ALWAYS | (_TLS if tls else {}))
    headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
    headers.setdefault("Cache-Control", "no-store" if data else "no-cache")
    return headers.raw
