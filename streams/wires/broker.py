"""How a client reaches Kafka: where, by what protocol, as whom. The one place that makes its arguments."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Self

from pydantic import SecretStr

from streams.errors import UserError
from streams.settings import Settings
from streams.wires.clear import refuse_in_clear

if TYPE_CHECKING:
    from kafka import KafkaAdminClient

PATIENCE_S = 10.0
"""That an admin client gives a cluster to answer."""
Security = Literal["PLAINTEXT", "SSL", "SASL_SSL"]


@dataclass(frozen=True, slots=True)
class Broker:
    """A cluster and the one that talks to it. Its text is where it is, never a secret."""

    servers: str
    """host:port[,host:port]"""
    security: Security = "PLAINTEXT"
    ca: Path | None = None
    """None = what the system trusts."""
    cert: Path | None = None
    key: Path | None = None
    user: str | None = None
    password: SecretStr | None = None
    mechanism: str = "SCRAM-SHA-512"

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """The broker of these settings. Raises UserError: in clear over a network, or no password to show."""
        found = cls(
            settings.broker,
            settings.kafka_security,
            settings.kafka_ca,
            settings.kafka_cert,
            settings.kafka_key,
            settings.kafka_user,
            settings.kafka_password,
            settings.kafka_mechanism,
        )
        if found.security == "PLAINTEXT":
            for host, _ in found.places:
                refuse_in_clear(settings, "Kafka's records", host, "set VITALSTREAM_KAFKA_SECURITY=SASL_SSL")
        if found.security == "SASL_SSL" and not (found.user and found.password):
            raise UserError(
                "VITALSTREAM_KAFKA_SECURITY=SASL_SSL needs VITALSTREAM_KAFKA_USER"
                " and VITALSTREAM_KAFKA_PASSWORD_FILE"
            )
        return found

    def __str__(self) -> str:
        return self.servers

    @property
    def places(self) -> list[tuple[str, int]]:
        """Host and port of each server. Raises UserError."""
        return [_place(server.strip()) for server in self.servers.split(",")]

    @property
    def secret(self) -> str | None:
        """The password itself."""
        return None if self.password is None else self.password.get_secret_value()

    @property
    def context(self) -> ssl.SSLContext | None:
        """What TLS goes by; None in clear. Raises UserError: a file is missing or is none."""
        if self.security == "PLAINTEXT":
            return None
        _readable(self.ca, "VITALSTREAM_KAFKA_CA")
        _readable(self.cert, "VITALSTREAM_KAFKA_CERT")
        _readable(self.key, "VITALSTREAM_KAFKA_KEY")
        try:
            context = ssl.create_default_context(cafile=self.ca)
        except ssl.SSLError:
            raise UserError(f"VITALSTREAM_KAFKA_CA: {self.ca} holds no certificate (PEM)") from None
        if self.cert is not None:
            try:
                context.load_cert_chain(self.cert, self.key)
            except ssl.SSLError:
                raise UserError(
                    "VITALSTREAM_KAFKA_CERT and VITALSTREAM_KAFKA_KEY are no certificate and its key (PEM)"
                ) from None
        return context


def client_options(broker: Broker | str) -> dict[str, Any]:
    """Where and how, as keyword arguments that aiokafka and kafka-python share; a bare address is in clear.

    Raises UserError: a file of TLS can't be used.
    """
    if isinstance(broker, str):
        broker = Broker(broker)
    options: dict[str, Any] = {
        "bootstrap_servers": [f"{host}:{port}" for host, port in broker.places],
        "security_protocol": broker.security,
        "ssl_context": broker.context,
    }
    if broker.security == "SASL_SSL":
        options["sasl_mechanism"] = broker.mechanism
        options["sasl_plain_username"] = broker.user
        options["sasl_plain_password"] = broker.secret
    return options


@contextmanager
def admin_client(broker: Broker | str, patience_s: float = PATIENCE_S) -> Iterator[KafkaAdminClient]:
    """An admin client, closed at the end. Raises KafkaError when nobody answers within `patience_s`."""
    from kafka import KafkaAdminClient

    admin = KafkaAdminClient(**client_options(broker), bootstrap_timeout_ms=int(patience_s * 1000))
    try:
        yield admin
    finally:
        admin.close()


def partition_counts(admin: KafkaAdminClient) -> dict[str, int]:
    """How many partitions each topic of the broker has."""
    return {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics()}


def _place(server: str) -> tuple[str, int]:
    host, _, port = server.rpartition(":")
    if not host or not port.isdecimal():
        raise UserError(f"VITALSTREAM_BROKER: {server!r} is not host:port")
    return host, int(port)


def _readable(path: Path | None, name: str) -> None:
    if path is None:
        return
    try:
        path.open("rb").close()
    except OSError as error:
        raise UserError(f"{name}: {path}: {error.strerror}") from None
