"""The URL of Redis, given out only if what goes there can't be read or changed on the way."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

from streams.errors import UserError
from streams.settings import Settings
from streams.wires.clear import refuse_in_clear

CURE = "use rediss://USER:PASSWORD@HOST:PORT/0?ssl_ca_certs=FILE in VITALSTREAM_REDIS_URL_FILE"
UNCHECKED = {"ssl_cert_reqs": {"none"}, "ssl_check_hostname": {"0", "f", "false", "n", "no"}}
"""Parameters of a URL with which TLS is no protection: whoever is in between could be the server."""


def redis_url(settings: Settings) -> str:
    """The URL with its secret. Raises UserError: it is none, or leads off in clear or unchecked."""
    url = settings.redis_url.get_secret_value()
    try:
        parts = urlsplit(url)
    except ValueError:  # it quotes what it can't read, and that holds a password
        raise UserError("VITALSTREAM_REDIS_URL is no URL, such as redis://127.0.0.1:6379/0") from None
    if parts.scheme == "redis" or (parts.scheme == "rediss" and _unchecked(parts.query)):
        refuse_in_clear(settings, "alerts", parts.hostname or "localhost", CURE)
    return url


def _unchecked(query: str) -> bool:
    asked = parse_qs(query)
    return any(given.lower() in values for name, values in UNCHECKED.items() for given in asked.get(name, ()))
