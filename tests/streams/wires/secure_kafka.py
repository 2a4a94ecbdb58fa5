"""Kafka by `deploy/kafka/secure.properties`, and beside its doors two that are wrong on purpose."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError
from pydantic import SecretStr

from streams.stack.files import private_folder
from streams.stack.jars import JarLock, kafka_jars, user_cache
from streams.stack.java import bundled_java, find_java
from streams.stack.kafka_server import JVM, LOGGING, LOGS, format_log
from streams.stack.server import Definition, Server, free_port
from streams.wires import Broker, WireFault, client_options
from streams.wires.probe import check_broker
from tests.streams.wires.certificates import forged, make_ca

SHIPPED = Path(__file__).parents[3] / "deploy" / "kafka" / "secure.properties"
HOST = "127.0.0.1"
DOORS = ("PASSWORDS", "CERTIFICATES", "CONTROLLER", "EXPIRED", "ELSEWHERE")


@dataclass(frozen=True)
class SecureKafka:
    """A running broker: `tls` has certificates by name, `ports` the listeners by name."""

    tls: Path
    ports: dict[str, int]

    def by_certificate(self, user: str, door: str = "CERTIFICATES") -> Broker:
        return Broker(
            f"{HOST}:{self.ports[door]}",
            "SSL",
            self.tls / "ca.crt",
            self.tls / f"{user}.crt",
            self.tls / f"{user}.key",
        )

    def by_password(self, user: str, password: str, door: str = "PASSWORDS") -> Broker:
        return Broker(
            f"{HOST}:{self.ports[door]}",
            "SASL_SSL",
            self.tls / "ca.crt",
            user=user,
            password=SecretStr(password),
        )


@contextmanager
def secure_kafka(folder: Path) -> Iterator[SecureKafka]:
    """The broker while the block runs."""
    tls, home = folder / "tls", private_folder(folder / "kafka")
    make_ca(tls)
    forged(tls, "expired", days=(-30, -1))
    forged(tls, "elsewhere", host="kafka.example")
    kafka = SecureKafka(tls, {door: free_port() for door in DOORS})
    (home / "server.properties").write_text(_properties(kafka))
    (home / "log4j2.properties").write_text(LOGGING)
    jars = kafka_jars(user_cache(), JarLock.load())
    program = [str(find_java(bundled_java())), *JVM, "-Dlog4j2.configurationFile=log4j2.properties"]
    environ = {"CLASSPATH": os.pathsep.join(map(str, jars))}
    server = Server(
        Definition(
            name="Kafka",
            folder=home,
            port=kafka.ports["CERTIFICATES"],
            command=[*program, "kafka.Kafka", "server.properties"],
            answers=lambda: _answers(kafka),
            environ=environ,
            prepare=lambda: format_log(program, environ, home),
        )
    )
    try:
        server.start()
        server.wait_ready(180)
        yield kafka
    finally:
        server.kill()


def _properties(kafka: SecureKafka) -> str:
    """The file that ships: ports and places are the test's, two listeners more have the wrong certificate."""
    text = SHIPPED.read_text()
    ports = kafka.ports
    listeners = ",".join(f"{door}://{HOST}:{port}" for door, port in ports.items())
    advertised = ",".join(f"{d}://{HOST}:{p}" for d, p in ports.items() if d != "CONTROLLER")
    for shipped, here in (
        ("listeners=PASSWORDS://:9092,CERTIFICATES://:9094,CONTROLLER://:9093\n", f"listeners={listeners}\n"),
        ("advertised.listeners=PASSWORDS://kafka:9092,CERTIFICATES://kafka:9094\n",
         f"advertised.listeners={advertised}\n"),
        ("1@kafka:9093", f"1@{HOST}:{ports['CONTROLLER']}"),
        ("CONTROLLER:SSL\n", "CONTROLLER:SSL,EXPIRED:SASL_SSL,ELSEWHERE:SASL_SSL\n"),
        ("log.dirs=/var/lib/kafka/data\n", f"log.dirs={LOGS}\n"),
        ("/etc/kafka/tls", str(kafka.tls)),
    ):  # fmt: skip
        assert shipped in text, shipped
        text = (
            text.replace(shipped, here, 1) if shipped.startswith("listeners") else text.replace(shipped, here)
        )
    for door in ("expired", "elsewhere"):
        text += (
            f"listener.name.{door}.ssl.keystore.location={kafka.tls / door}.pem\n"
            f"listener.name.{door}.ssl.keystore.type=PEM\n"
            f"listener.name.{door}.sasl.enabled.mechanisms=SCRAM-SHA-512\n"
            f"listener.name.{door}.scram-sha-512.sasl.jaas.config="
            "org.apache.kafka.common.security.scram.ScramLoginModule required;\n"
        )
    # As the embedded broker: no waiting, little memory.
    return text + (
        "group.initial.rebalance.delay.ms=0\noffsets.topic.num.partitions=4\n"
        "log.cleaner.dedupe.buffer.size=16777216\nnum.network.threads=2\nnum.io.threads=4\n"
    )


def _answers(kafka: SecureKafka) -> bool:
    broker = kafka.by_certificate("admin")
    try:
        check_broker(broker)
        admin = KafkaAdminClient(**client_options(broker), bootstrap_timeout_ms=2000)
    except (KafkaError, WireFault):
        return False
    try:
        return len(admin.describe_cluster()["brokers"]) == 1
    except KafkaError:
        return False
    finally:
        admin.close()
