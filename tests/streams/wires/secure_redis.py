"""Redis by the files of `deploy/redis`, with TLS alone and the certificate that a test names."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from streams.stack.server import free_port
from tests.deploy.conftest import DEPLOY, passwords


@dataclass(frozen=True)
class SecureRedis:
    """A running server with the users of the template."""

    port: int
    passwords: dict[str, str]
    ca: Path

    def url(self, user: str, password: str | None = None, ca: Path | None = None) -> str:
        secret = password or self.passwords[user]
        return f"rediss://{user}:{secret}@127.0.0.1:{self.port}/0?ssl_ca_certs={ca or self.ca}"


@contextmanager
def secure_redis(binary: Path, folder: Path, tls: Path, name: str = "redis") -> Iterator[SecureRedis]:
    """The server while the block runs; its certificate is `tls`/NAME.crt."""
    (folder / "data").mkdir(parents=True)
    made, port = passwords(folder / "secrets"), free_port()
    text = (DEPLOY / "redis.conf").read_text() + (DEPLOY / "tls.conf").read_text()
    for shipped, here in (
        ("dir /data", f"dir {folder / 'data'}"),
        ("/etc/redis/users.acl", f"{folder / 'secrets' / 'users.acl'}"),
        ("/etc/redis/tls/redis", f"{tls / name}"),
        ("/etc/redis/tls", f"{tls}"),
        ("tls-port 6379", f"tls-port {port}"),
        ("bind * -::*", "bind 127.0.0.1"),
    ):
        assert shipped in text, shipped
        text = text.replace(shipped, here)
    (folder / "all.conf").write_text(text)
    with (folder / "server.log").open("w") as log:
        process = subprocess.Popen([binary, folder / "all.conf"], stdout=log, stderr=log)
    try:
        _wait(port, process, folder / "server.log")
        yield SecureRedis(port, made, tls / "ca.crt")
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        time.sleep(0.05)
    raise AssertionError(log.read_text())
