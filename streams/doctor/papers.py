"""What settings point to: the key of state, the file of access, the file of routes."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

from streams.doctor.finding import About, Finding
from streams.settings import Settings

SOON_MS: Final = 14 * 86_400_000


def state_key(settings: Settings) -> Iterator[Finding]:
    """Whether there is a key; whether it is the right one is seen at the stored pages."""
    from streams.keys import state_key as key_of

    key_of(settings)
    yield About("state key").ok("is there")


def access(settings: Settings) -> Iterator[Finding]:
    """The file of tokens, and whether anybody may come in."""
    from exporters.access.access import Access

    about = About("access", "docs/how-to/give-access.md")
    opened = Access.open(settings)
    grants = opened.tokens.all()
    now = time.time() * 1000
    ends = [grant.expires for grant in grants if grant.expires is not None]
    valid = len(grants) - sum(end <= now for end in ends)
    soon = sum(now < end < now + SOON_MS for end in ends)
    if soon:
        yield about.warn(f"{soon} tokens end within two weeks", "`vitalstream access list` says which")
    if not valid and opened.oidc is None and opened.anonymous == "off":
        yield about.warn("nobody may come in at the API", "`vitalstream access grant NAME --role clinician`")
        return
    issuer = f", {settings.oidc_issuer} vouches for others" if settings.oidc_issuer else ""
    yield about.ok(f"{valid} tokens are valid{issuer}")


def routes(settings: Settings) -> Iterator[Finding]:
    """The file of routes: whether it can be read, and its secrets with it."""
    from exporters.deliveries.routes import load_routes

    about = About("routes", "docs/how-to/deliver-alerts.md")
    if settings.routes is None:
        yield about.ok("none are set: nothing is delivered")
        return
    try:
        found = load_routes(settings.routes)
    except ValueError as error:
        yield about.wrong(str(error), "mend that line, then `vitalstream routes test`")
        return
    yield about.ok(f"{len(found.routes)} routes to {len(found.receivers)} receivers")
