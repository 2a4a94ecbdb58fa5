"""The process beside this one, which has the same settings: where it is asked how it is, and what it says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from streams.errors import UserError

if TYPE_CHECKING:
    from streams.settings import Settings

ServiceName = Literal["worker", "deliver", "api"]
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}
MOST = 500


def address(service: ServiceName, settings: Settings) -> str:
    """Where it is asked. Raises UserError when its port is left to chance."""
    of_api = service == "api"
    port = settings.api_port if of_api else settings.metrics_port
    if not port:
        name = "VITALSTREAM_API_PORT" if of_api else "VITALSTREAM_METRICS_PORT"
        raise UserError(f"{name} is not set: with any free port nobody knows where to ask")
    certificate = settings.api_tls_cert if of_api else settings.metrics_tls_cert
    scheme = "http" if certificate is None else "https"
    host = WILDCARDS.get(settings.bind, settings.bind)
    return f"{scheme}://{host}:{port}/{'ready' if of_api else 'healthz'}"


def ask(url: str, timeout_s: float) -> tuple[int, str]:
    """Status and words of what answers there. Raises OSError when nothing does."""
    # Every command loads this module.
    import ssl
    from urllib.error import HTTPError
    from urllib.request import HTTPSHandler, ProxyHandler, build_opener

    # Whether it answers is asked, by who sits beside it; its certificate may name it for others alone.
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=trusting))
    try:
        with opener.open(url, timeout=timeout_s) as answer:
            return answer.status, _text(answer.read())
    except HTTPError as error:
        return error.code, _text(error.read())


def _text(body: bytes) -> str:
    return " ".join(body.decode(errors="replace").split())[:MOST]
