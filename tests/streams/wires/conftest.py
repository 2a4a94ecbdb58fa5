"""One Kafka and one Redis with TLS, users and ACLs for all tests here; what is wrong is made beside them."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from streams.wires import Broker
from streams.wires.acls import ROLES
from tests.deploy.conftest import tls_binary
from tests.streams.wires.certificates import make_ca
from tests.streams.wires.secure_kafka import SecureKafka, secure_kafka
from tests.streams.wires.secure_redis import SecureRedis, secure_redis

APP = "vitalstream"
STATE_KEY = "5a" * 32
SECRET = "tuesday-{}-hunter2"


@dataclass(frozen=True)
class Site:
    """Everything with TLS, and the settings by which a command of a role reaches it."""

    kafka: SecureKafka
    redis: SecureRedis
    folder: Path

    def password(self, role: str) -> str:
        return SECRET.format(role)

    def broker(self, role: str) -> Broker:
        return self.kafka.by_password(role, self.password(role))

    def settings(self, role: str, redis_user: str = "reader", **changes: str) -> dict[str, str]:
        """The environment of a command that works as this role."""
        secret = self.folder / f"redis_url_{redis_user}"
        secret.write_text(self.redis.url(redis_user))
        return {
            "VITALSTREAM_BROKER": f"127.0.0.1:{self.kafka.ports['PASSWORDS']}",
            "VITALSTREAM_KAFKA_SECURITY": "SASL_SSL",
            "VITALSTREAM_KAFKA_CA": str(self.kafka.tls / "ca.crt"),
            "VITALSTREAM_KAFKA_USER": role,
            "VITALSTREAM_KAFKA_PASSWORD_FILE": str(self.folder / "passwords" / f"kafka_{role}"),
            "VITALSTREAM_REDIS_URL_FILE": str(secret),
            "VITALSTREAM_STATE_KEY": STATE_KEY,
            "VITALSTREAM_DATA_DIR": str(self.folder / "data"),
            "VITALSTREAM_API_ANONYMOUS": "read",
            **changes,
        }

    def as_admin(self) -> dict[str, str]:
        """The environment of who makes topics and ACLs: by certificate."""
        tls = self.kafka.tls
        return {
            "VITALSTREAM_BROKER": f"127.0.0.1:{self.kafka.ports['CERTIFICATES']}",
            "VITALSTREAM_KAFKA_SECURITY": "SSL",
            "VITALSTREAM_KAFKA_CA": str(tls / "ca.crt"),
            "VITALSTREAM_KAFKA_CERT": str(tls / "admin.crt"),
            "VITALSTREAM_KAFKA_KEY": str(tls / "admin.key"),
            "VITALSTREAM_DATA_DIR": str(self.folder / "data"),
        }


def run(environ: Mapping[str, str], *command: str) -> subprocess.CompletedProcess[str]:
    """`vitalstream` with these settings and no others, to its end."""
    return subprocess.run(
        [Path(sys.executable).with_name("vitalstream"), *command],
        env={**clean(), **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def clean() -> dict[str, str]:
    """The environment without settings of vitalstream."""
    return {name: value for name, value in os.environ.items() if not name.startswith("VITALSTREAM_")}


@pytest.fixture(scope="session")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureKafka]:
    """Kafka by the settings that ship, and nothing made on it."""
    with secure_kafka(tmp_path_factory.mktemp("kafka")) as kafka:
        yield kafka


@pytest.fixture(scope="session")
def binary(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Redis that has TLS."""
    found = tls_binary(tmp_path_factory.mktemp("binary"))
    if found is None:
        message = "no Redis with TLS here; on Debian: apt install redis-tools"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="session")
def site(secure: SecureKafka, binary: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Kafka with topics, users and ACLs as `vitalstream topics` makes them, and Redis."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "passwords").mkdir()
    for role in ROLES:
        (folder / "passwords" / f"kafka_{role}").write_text(SECRET.format(role) + "\n")
    with secure_redis(binary, folder / "redis", secure.tls) as redis:
        made = Site(secure, redis, folder)
        done = run(made.as_admin(), "topics", "--acls", "--passwords", str(folder / "passwords"))
        assert done.returncode == 0, done.stderr
        yield made


@pytest.fixture(scope="session")
def other_ca(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A CA that signed nothing of this."""
    folder = tmp_path_factory.mktemp("other")
    make_ca(folder, "client:worker")
    return folder / "ca.crt"


@pytest.fixture(scope="session")
def wrong_redis(
    site: Site, binary: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, SecureRedis]]:
    """Servers whose certificates have expired, and are for another host."""
    tls, folder = site.kafka.tls, tmp_path_factory.mktemp("wrong")
    with (
        secure_redis(binary, folder / "expired", tls, "expired") as expired,
        secure_redis(binary, folder / "elsewhere", tls, "elsewhere") as elsewhere,
    ):
        yield {"expired": expired, "elsewhere": elsewhere}
