"""The download of Kafka's jars, from a repository on this machine."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from streams.errors import UserError
from streams.stack.jars import JarLock, kafka_jars, user_cache

JAR = b"PK of broker"
LOCK = JarLock("9.9", len(JAR), {"org.example:broker:1.0": hashlib.sha256(JAR).hexdigest()})


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *arguments: object) -> None: ...


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A Maven repository that jgo is told to use as its central one; gives the path of the jar in it."""
    jar = tmp_path / "repository/org/example/broker/1.0/broker-1.0.jar"
    jar.parent.mkdir(parents=True)
    jar.write_bytes(JAR)
    handler = partial(Quiet, directory=str(tmp_path / "repository"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    config = tmp_path / "jgo.conf"
    config.write_text(f"[repositories]\ncentral = http://127.0.0.1:{server.server_port}\n")
    monkeypatch.setenv("JGO_CONFIG_FILE", str(config))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield jar
    server.shutdown()
    server.server_close()


def test_a_jar_is_downloaded_once_with_progress_and_then_needs_no_repository(
    repository: Path, tmp_path: Path
) -> None:
    received: list[int] = []

    @contextmanager
    def bar(total: int) -> Iterator[object]:
        received.append(-total)
        yield received.append

    first = kafka_jars(tmp_path / "cache", LOCK, bar)  # type: ignore[arg-type]
    repository.unlink()
    second = kafka_jars(tmp_path / "cache", LOCK)

    assert first == second == [tmp_path / "cache/kafka-9.9/broker-1.0.jar"]
    assert first[0].read_bytes() == JAR
    assert sum(received) == 0


def test_a_download_with_other_bytes_is_refused_and_not_kept(repository: Path, tmp_path: Path) -> None:
    repository.write_bytes(b"PK of somebody else")

    with pytest.raises(UserError, match=r"broker-1\.0\.jar: its checksum is not that of the lock file"):
        kafka_jars(tmp_path / "cache", LOCK)

    assert list((tmp_path / "cache").rglob("*.jar")) == []


def test_a_jar_tampered_with_in_the_cache_is_refused(repository: Path, tmp_path: Path) -> None:
    (jar,) = kafka_jars(tmp_path / "cache", LOCK)
    jar.write_bytes(JAR + b"!")

    with pytest.raises(UserError, match="delete it and run again"):
        kafka_jars(tmp_path / "cache", LOCK)


def test_a_jar_that_cannot_be_had_is_told_in_one_line(repository: Path, tmp_path: Path) -> None:
    repository.unlink()

    with pytest.raises(UserError, match=r"^can't download broker-1\.0\.jar .*check the network") as caught:
        kafka_jars(tmp_path / "cache", LOCK)

    assert "\n" not in str(caught.value)


def test_the_committed_lock_names_each_jar_of_one_kafka_with_a_sha256() -> None:
    lock = JarLock.load()

    assert f"org.apache.kafka:kafka_2.13:{lock.kafka}" in lock.sha256
    assert all(len(bytes.fromhex(digest)) == 32 for digest in lock.sha256.values())


def test_the_cache_is_that_of_the_user() -> None:
    assert user_cache({"XDG_CACHE_HOME": "/somewhere"}) == Path("/somewhere/vitalstream")
    assert user_cache({}) == Path.home() / ".cache/vitalstream"
