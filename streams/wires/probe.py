"""Asks Kafka who it is before anything is built on it: what is wrong is told in one line, at once.

Clients of Kafka connect again and again and hide why they can't: this connects once.
"""

from __future__ import annotations

import asyncio
import logging
import socket
import ssl
import struct
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from streams.errors import START
from streams.wires.broker import Broker, client_options
from streams.wires.faults import WireFault, explain_connection_error

PATIENCE_S = 5.0
API_VERSIONS = struct.pack(">ihhih", 10, 18, 0, 1, -1)
"""The first request of every client, version 0, without a client id: also before it says who it is."""

ALERT = b"\x15"
"""How TLS begins what it says to those who don't speak it; Kafka's answers begin with their length."""


def check_broker(broker: Broker | str, patience_s: float = PATIENCE_S) -> None:
    """Return when one of the servers takes this client as who it says it is.

    Raises WireFault in one line: the certificate, the password, the protocol; or that nobody answers.
    """
    if isinstance(broker, str):
        broker = Broker(broker)
    fault: WireFault | None = None
    for host, port in broker.places:
        try:
            _knock(broker.context, host, port, patience_s)
            _introduce(broker, host, port, patience_s)
        except WireFault as found:
            # What lasts is worth telling; that one of several servers is away is not.
            fault = found if fault is None or found.lasting else fault
        else:
            return
    if fault is not None:
        raise fault


def _knock(context: ssl.SSLContext | None, host: str, port: int, patience_s: float) -> None:
    """One request and the beginning of its answer, by the socket itself: it tells TLS's own reason."""
    try:
        with socket.create_connection((host.strip("[]"), port), patience_s) as plain:
            wire = plain if context is None else context.wrap_socket(plain, server_hostname=host.strip("[]"))
            with wire:
                wire.sendall(API_VERSIONS)
                answer = wire.recv(4)
    except ssl.SSLError as error:
        raise _lasting(error) from None
    except ConnectionResetError:
        answer = b""
    except (OSError, ValueError) as error:
        raise _away(error) from None
    if not answer or answer.startswith(ALERT):
        raise WireFault(
            "Kafka wants TLS at this address: set VITALSTREAM_KAFKA_SECURITY"
            if answer
            else "Kafka hangs up at once: look at VITALSTREAM_KAFKA_SECURITY and at the port",
            lasting=True,
        )


def _introduce(broker: Broker, host: str, port: int, patience_s: float) -> None:
    if broker.security != "PLAINTEXT":
        # A loop of its own, wherever this is called from.
        with _hushed("aiokafka"), ThreadPoolExecutor(1) as apart:
            apart.submit(asyncio.run, _connect(broker, host, port, patience_s)).result()


async def _connect(broker: Broker, host: str, port: int, patience_s: float) -> None:
    from aiokafka.conn import create_conn
    from aiokafka.errors import KafkaError
    from aiokafka.protocol.metadata import MetadataRequest

    options = client_options(broker)
    del options["bootstrap_servers"]
    try:
        async with asyncio.timeout(patience_s):
            connection = await create_conn(host, port, request_timeout_ms=round(patience_s * 1000), **options)
            try:
                # Whoever was not asked for a password before is sent away here.
                await connection.send(MetadataRequest([]))
            finally:
                connection.close()
    except ssl.SSLError as error:
        raise _lasting(error) from None
    except KafkaError as error:
        if explain_connection_error(error, "Kafka") is None and broker.security == "SSL":
            raise WireFault(
                "Kafka hangs up on this client: if it wants a password, set"
                " VITALSTREAM_KAFKA_SECURITY=SASL_SSL",
                lasting=True,
            ) from None
        raise _lasting(error) from None
    except OSError as error:
        raise _away(error) from None


def _lasting(error: BaseException) -> WireFault:
    told = explain_connection_error(error, "Kafka")
    return WireFault(told or f"Kafka does not take this client ({type(error).__name__})", lasting=True)


def _away(error: BaseException) -> WireFault:
    return WireFault(f"no answer from Kafka at VITALSTREAM_BROKER ({_kind(error)}): {START}", lasting=False)


def _kind(error: BaseException) -> str:
    if isinstance(error, socket.gaierror):
        return "no such host"
    return "refused" if isinstance(error, ConnectionRefusedError) else "no connection in time"


@contextmanager
def _hushed(name: str) -> Iterator[None]:
    # It would tell the same fault again, with a traceback.
    log = logging.getLogger(name)
    before = log.level
    log.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        log.setLevel(before)
