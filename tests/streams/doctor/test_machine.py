"""The machine and the files that settings name, wrong in each way."""

from __future__ import annotations

import os
import resource
import socket
import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import msgspec
import pytest
import trustme
from prometheus_client import CollectorRegistry

from exporters.metrics.server import MetricsServer
from exporters.metrics.worker import WorkerMetrics
from models.deep.manifest import Tensor, read_manifest
from models.deep.registry_edit import write_manifest
from streams.doctor import certificates, machine, papers, registry, workers
from streams.settings import Settings
from tests.models.deep.variants import own_registry, put_square
from tests.streams.doctor.finding import bad


def test_a_folder_that_others_can_read(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    (tmp_path / "access.json").touch(0o644)
    settings = Settings(data_dir=tmp_path)

    findings = list(machine.data_folder(settings))

    assert bad(findings, "warn") == ["data folder: other users of this machine can look into it"]
    assert bad(findings) == ["data folder: access.json can be read by others"]


def test_a_key_that_is_mounted_to_be_read_is_who_mounted_it_to_guard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As secrets of a container are: 0444, on a file system that can't be written."""
    key = tmp_path / "api_key"
    key.touch(0o444)
    settings = Settings(data_dir=tmp_path / "data", api_tls_key=key)

    assert bad(machine.data_folder(settings)) == ["data folder: api_key can be read by others"]
    disk = os.statvfs(tmp_path)
    read_only = os.statvfs_result((*disk[:8], disk.f_flag | os.ST_RDONLY, disk.f_namemax))
    monkeypatch.setattr(os, "statvfs", lambda path: read_only)
    assert bad(machine.data_folder(settings)) == []


def test_a_folder_that_can_not_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(Exception, match="can't be made \\(Not a directory\\)"):
        list(machine.data_folder(Settings(data_dir=tmp_path / "file" / "data")))


def test_a_disk_that_is_nearly_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "LITTLE_DISK", 1 << 60)

    assert "are free on its disk" in bad(machine.data_folder(Settings(data_dir=tmp_path)), "warn")[0]


def test_few_open_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (512, hard))
    try:
        told = bad(machine.limits(Settings()), "warn")
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))

    assert told == ["machine: a process may open 512 files"]


def test_a_port_that_is_taken_is_wrong_unless_workers_are_said_to_run() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = Settings(metrics_port=port)

        told, running = bad(machine.ports(settings)), bad(machine.ports(settings, running=True))

    assert told == [f"ports: VITALSTREAM_METRICS_PORT {port} is taken"]
    assert running == []


@pytest.mark.parametrize(
    ("trouble", "says"),
    [
        (None, "has the process that runs here"),
        ("vitals/2 stands still", "makes no progress: vitals/2 stands still"),
    ],
)
def test_a_port_that_a_process_of_ours_has_is_not_wrong(trouble: str | None, says: str) -> None:
    """As in the container of a worker that is well."""
    server = MetricsServer(CollectorRegistry(), lambda: trouble)
    try:
        told = list(machine.ports(Settings(metrics_port=server.port)))
    finally:
        server.close()

    assert [finding.level for finding in told] == ["wrong" if trouble else "ok", "ok"]
    assert says in told[0].says


def test_routes_and_access_that_can_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "routes.toml").write_text("[receivers.app]\nkind = 'pigeon'\n")
    (tmp_path / "access.json").write_text("{")
    settings = Settings(data_dir=tmp_path, routes=tmp_path / "routes.toml")

    assert bad(papers.routes(settings))[0].startswith("routes: routes.toml: ")
    with pytest.raises(Exception, match=r"access\.json"):
        list(papers.access(settings))


def test_nobody_may_come_in(tmp_path: Path) -> None:
    assert bad(papers.access(Settings(data_dir=tmp_path)), "warn") == [
        "access: nobody may come in at the API"
    ]


def test_a_network_whose_file_is_another(tmp_path: Path) -> None:
    networks = own_registry(tmp_path / "registry")
    (networks / put_square(networks, "2").file).write_bytes(b"bad")

    [told] = bad(registry.look(Settings(registry=networks)))

    assert "rhythm-2.onnx: sha256 is" in told


def test_a_network_for_other_rows(tmp_path: Path) -> None:
    """As after an upgrade that gives a network another row."""
    networks = own_registry(tmp_path / "registry")
    manifest = read_manifest(networks)
    old = msgspec.structs.replace(manifest.models[0], row=Tensor("intervals", (30,)))
    write_manifest(networks, msgspec.structs.replace(manifest, models=(old,)))

    with pytest.raises(Exception, match=r"takes rows of \[30\]"):
        bad(registry.look(Settings(registry=networks)))


@pytest.mark.parametrize(
    ("days", "level", "says"),
    [(-1, "wrong", "ended on"), (7, "warn", "ends on"), (90, "ok", "is valid until")],
)
def test_how_long_a_certificate_is_valid(tmp_path: Path, days: int, level: str, says: str) -> None:
    made = certificate(tmp_path, "api", datetime.now(UTC) + timedelta(days=days))

    [finding] = certificates.look(Settings(api_tls_cert=made[0], api_tls_key=made[1]))

    assert (finding.level, finding.name) == (level, "certificates")
    assert finding.says.startswith(f"VITALSTREAM_API_TLS_CERT {says} ")


def test_a_certificate_with_another_key(tmp_path: Path) -> None:
    ends = datetime.now(UTC) + timedelta(days=90)
    (cert, _), (_, key) = certificate(tmp_path, "a", ends), certificate(tmp_path, "b", ends)

    [told] = bad(certificates.look(Settings(kafka_cert=cert, kafka_key=key)))

    assert told.endswith("can't be used (they don't belong together)")


def test_a_servers_certificate_that_ends_soon(tmp_path: Path) -> None:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ca.issue_cert("127.0.0.1", not_after=datetime.now(UTC) + timedelta(days=3)).configure_cert(context)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        serving = Thread(target=shake_hands, args=(listening, context))
        serving.start()
        url = f"rediss://127.0.0.1:{port}/0?ssl_ca_certs={tmp_path / 'ca.pem'}"
        told = bad(certificates.look(Settings(redis_url=url)), "warn")
        serving.join()

    assert len(told) == 1 and told[0].startswith("certificates: that of Redis ends on ")


def test_workers_that_run_tell_how_they_are() -> None:
    numbers = CollectorRegistry()
    WorkerMetrics(numbers)
    moving = MetricsServer(numbers, lambda: None)
    stuck = MetricsServer(numbers, lambda: "the alert sink is away: reading has stopped")
    free = "http://user:hunter2@127.0.0.1:1/metrics"
    try:
        endpoints = [f"http://127.0.0.1:{server.port}/metrics" for server in (moving, stuck)]
        findings = list(workers.look(Settings(), endpoints=[*endpoints, free]))
    finally:
        moving.close()
        stuck.close()

    assert [finding.level for finding in findings] == ["ok", "wrong", "wrong"]
    assert "makes no progress: the alert sink is away" in findings[1].says
    assert "no worker answers at 127.0.0.1:1 (ConnectError)" in findings[2].says
    assert "hunter2" not in str(findings)


def certificate(folder: Path, name: str, ends: datetime) -> tuple[Path, Path]:
    made = trustme.CA().issue_cert("127.0.0.1", not_before=ends - timedelta(days=90), not_after=ends)
    cert, key = folder / f"{name}.crt", folder / f"{name}.key"
    made.cert_chain_pems[0].write_to_path(cert)
    made.private_key_pem.write_to_path(key)
    return cert, key


def shake_hands(listening: socket.socket, context: ssl.SSLContext) -> None:
    plain, _ = listening.accept()
    with context.wrap_socket(plain, server_side=True) as secured:
        secured.recv(1)
