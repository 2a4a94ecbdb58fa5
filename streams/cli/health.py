"""`vitalstream health`: asks a process of ours whether it makes progress; containers are checked by it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from streams.settings import Settings

ServiceName = Literal["worker", "deliver", "api"]
WILDCARDS = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}


def register(app: typer.Typer) -> None:
    """Add `health` to the command line."""
    app.command()(health)


def health(
    service: Annotated[ServiceName, typer.Argument(help="what runs here with the same settings")] = "worker",
    timeout_s: Annotated[float, typer.Option("--timeout", min=0.1, help="seconds to wait")] = 8.0,
) -> None:
    """Say whether the process beside this one works: exit code 1, with what stands still, when it does not.

    A worker and deliveries are asked at VITALSTREAM_METRICS_PORT whether they make progress, the alert API
    at VITALSTREAM_API_PORT whether what it needs answers. Both ports must be set.
    """
    from urllib.error import HTTPError

    from streams.errors import UserError
    from streams.settings import Settings

    url = address(service, Settings())
    try:
        said = _ask(url, timeout_s)
    except HTTPError as error:
        raise UserError(f"{url} answers {error.code}: {_text(error.read())}") from error
    except OSError as error:
        raise UserError(f"{url} does not answer: {getattr(error, 'reason', error)}") from error
    typer.echo(said)


def address(service: ServiceName, settings: Settings) -> str:
    """Where it is asked. Raises UserError when its port is left to chance."""
    from streams.errors import UserError

    of_api = service == "api"
    port = settings.api_port if of_api else settings.metrics_port
    if not port:
        name = "VITALSTREAM_API_PORT" if of_api else "VITALSTREAM_METRICS_PORT"
        raise UserError(f"{name} is not set: with any free port nobody knows where to ask")
    certificate = settings.api_tls_cert if of_api else settings.metrics_tls_cert
    scheme = "http" if certificate is None else "https"
    host = WILDCARDS.get(settings.bind, settings.bind)
    return f"{scheme}://{host}:{port}/{'ready' if of_api else 'healthz'}"


def _ask(url: str, timeout_s: float) -> str:
    import ssl
    from urllib.request import HTTPSHandler, ProxyHandler, build_opener

    # Whether it answers is asked, by who sits beside it; its certificate may name it for others alone.
    trusting = ssl.create_default_context()
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=trusting))
    with opener.open(url, timeout=timeout_s) as answer:
        return _text(answer.read())


def _text(body: bytes) -> str:
    return " ".join(body.decode(errors="replace").split())[:500]
