"""The compose file: pinned, guarded, watched, and fit for the settings, without starting anything."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from streams.settings import Settings
from tests.deploy.compose.file import Compose, Service, read
from tests.deploy.compose.sandbox import PROJECT, recipe

COMPOSE = PROJECT / "docker-compose.yml"
DOCKERFILE = PROJECT / "deploy" / "Dockerfile"

PINNED = re.compile(r":v?\d+\.\d+\.\d+(-[\w.-]+)?$")
BACKUPS = "./deploy/backups/kept"
SECRET = re.compile(r"password|secret|token|_key$", re.IGNORECASE)

FILE = read(COMPOSE)
WITH_TLS = read(COMPOSE, PROJECT / "docker-compose.tls.yml")
OURS = [service.name for service in FILE.services.values() if service.image == "vitalstream"]

every_service = pytest.mark.parametrize(
    "service",
    [*FILE.services.values(), *WITH_TLS.services.values()],
    ids=[*FILE.services, *(f"{name}-tls" for name in WITH_TLS.services)],
)
each_of_ours = pytest.mark.parametrize("service", [FILE.services[name] for name in OURS], ids=OURS)


@every_service
def test_images_are_pinned_to_a_version(service: Service) -> None:
    assert "build" in service.body or PINNED.search(service.body["image"])


def test_the_image_of_ours_is_made_of_a_pinned_one_and_is_nobody() -> None:
    text = DOCKERFILE.read_text()
    bases = re.findall(r"^(?:ARG BASE=|FROM )(\S+)", text, re.MULTILINE)

    assert set(bases[1:]) == {"${BASE}"}
    assert PINNED.search(bases[0])
    assert recipe(DOCKERFILE).user == "10001:10001"


@every_service
def test_a_container_may_nothing_but_its_work(service: Service) -> None:
    user = str(service.body["user"])

    assert user.partition(":")[0] not in ("0", "root")
    assert service.body["read_only"] is True
    assert service.body["cap_drop"] == ["ALL"]
    assert service.body["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service.body
    assert all("docker.sock" not in mount.source for mount in service.mounts)
    writable = {mount.source for mount in service.mounts if not mount.named and not mount.read_only}
    assert writable == ({BACKUPS} if service.name == "tools" else set())


@every_service
def test_every_service_is_started_again_has_a_bound_of_memory_and_of_logs(service: Service) -> None:
    again = ("no",) if service.is_by_hand else ("always", "unless-stopped", "on-failure:5")
    assert service.body["restart"] in again
    assert re.fullmatch(r"\d+[mg]", service.body["mem_limit"])
    assert service.body["logging"]["options"].keys() == {"max-size", "max-file"}


@every_service
def test_every_service_that_stays_is_asked_whether_it_works(service: Service) -> None:
    if service.is_job:
        assert service.name in ("topics", "simulator")
    if service.is_job or service.is_by_hand:
        return
    check = service.body["healthcheck"]

    assert check["test"]
    assert {"interval", "timeout", "retries", "start_period"} <= check.keys()


@pytest.mark.parametrize("file", [FILE, WITH_TLS], ids=["plain", "tls"])
def test_broker_and_the_look_at_it_fit_into_their_bound_of_memory(file: Compose) -> None:
    """Each is a Java; what it takes beside its heap is about a quarter of a gigabyte and an eighth."""
    kafka = file.services["kafka"].body
    heaps = [kafka["environment"]["KAFKA_HEAP_OPTS"], *kafka["healthcheck"]["test"]]

    most = [int(size) for text in heaps for size in re.findall(r"-Xmx(\d+)m", text)]

    assert len(most) == 2
    assert sum(most) + 256 + 128 <= 1024 * int(kafka["mem_limit"].removesuffix("g"))


def test_what_of_ours_stays_is_asked_for_progress() -> None:
    asked = {
        name: FILE.services[name].body["healthcheck"]["test"][1:] for name in ("worker", "api", "deliver")
    }

    assert asked == {
        "worker": ["vitalstream", "health"],
        "api": ["vitalstream", "health", "api"],
        "deliver": ["vitalstream", "health", "deliver"],
    }


def test_ports_are_published_on_this_machine_alone() -> None:
    published = [port for service in FILE.services.values() for port in service.body.get("ports", [])]

    assert len(published) == 6
    assert all(re.fullmatch(r"127\.0\.0\.1:(\d+):\1", port) for port in published)


@every_service
def test_secrets_come_as_files(service: Service) -> None:
    secrets = {f"/run/secrets/{name}" for name in service.body.get("secrets", [])}

    for name, value in service.environment.items():
        if value.startswith("/run/secrets/") or name.endswith("_FILE"):
            assert value in secrets, f"{name} names a file that the container has not got"
        else:
            assert not SECRET.search(name), f"{name} stands in the file"
    assert set(service.body.get("secrets", [])) <= WITH_TLS.secrets.keys()


@pytest.mark.parametrize("file", [FILE, WITH_TLS], ids=["plain", "tls"])
def test_every_secret_is_used_and_kept_out_of_the_repository(file: Compose) -> None:
    used = {name for service in file.services.values() for name in service.body.get("secrets", [])}

    assert used == file.secrets.keys()
    assert all(path.startswith("deploy/secrets/") for path in file.secrets.values())
    assert "secrets/" in (PROJECT / "deploy" / ".gitignore").read_text().split()


@pytest.mark.parametrize(
    ("secret", "services"),
    [
        ("state_key", ["worker", "tools"]),
        ("redis_url", ["worker"]),
        ("redis_admin_url", ["tools"]),
        ("admin_key", ["topics", "tools"]),
    ],
)
def test_who_has_what_is_dangerous(secret: str, services: list[str]) -> None:
    holders = [one.name for one in WITH_TLS.services.values() if secret in one.body.get("secrets", [])]

    assert sorted(holders) == sorted(services)
    assert not FILE.services["tools"].body.get("ports")


@each_of_ours
def test_only_settings_that_exist_are_set(service: Service) -> None:
    names = {f"VITALSTREAM_{name.upper()}" for name in Settings.model_fields}

    assert {name.removesuffix("_FILE") for name in service.environment} <= names


@every_service
def test_volumes_are_declared_and_mounted_files_are_there(service: Service) -> None:
    for mount in service.mounts:
        if mount.named:
            assert mount.source in FILE.volumes
        elif mount.source not in ("./deploy/routes", BACKUPS):  # the operator's own
            assert (PROJECT / mount.source).exists()


def test_variables_have_defaults_that_the_environment_replaces() -> None:
    more = read(COMPOSE, environ={"VITALSTREAM_WORKERS": "5", "VITALSTREAM_WORKER_MEMORY": "3g"})

    assert FILE.services["worker"].replicas == 2
    assert more.services["worker"].replicas == 5
    assert more.services["worker"].body["mem_limit"] == "3g"


def test_a_worker_needs_topics_and_topics_need_kafka() -> None:
    order = [service.name for service in FILE.in_order()]

    assert order.index("kafka") < order.index("topics") < order.index("worker")
    assert FILE.services["worker"].waits_for["topics"] == "service_completed_successfully"


def test_grafana_opens_with_a_dashboard_that_is_made() -> None:
    home = Path(FILE.services["grafana"].environment["GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH"])

    assert (PROJECT / "exporters" / "grafana" / "dashboards" / home.name).is_file()


def test_the_image_is_made_of_what_the_build_may_see() -> None:
    copied = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE.read_text(), re.MULTILINE)
    allowed = (PROJECT / "deploy" / "Dockerfile.dockerignore").read_text().splitlines()

    sources = {source for line in copied for source in line.split()}
    assert all((PROJECT / source).exists() for source in sources)
    assert {f"!{source}" for source in sources} == {line for line in allowed if line.startswith("!")}


def test_what_the_image_leaves_out_is_in_the_lock_and_imported_by_the_local_stack_alone() -> None:
    left_out = (PROJECT / "deploy" / "embedded-only.txt").read_text().split()
    locked = set(re.findall(r"^([\w-]+)==", (PROJECT / "requirements-run.lock").read_text(), re.MULTILINE))
    imports = re.compile(
        rf"^\s*(?:from|import) ({'|'.join(name.replace('-', '_') for name in left_out)})\b", re.M
    )
    places = [
        path.relative_to(PROJECT).parent.as_posix()
        for folder in ("streams", "models", "exporters")
        for path in (PROJECT / folder).rglob("*.py")
        if imports.search(path.read_text())
    ]

    assert set(left_out) <= locked
    assert set(places) == {"streams/stack"}


def test_with_tls_nobody_shares_a_key_with_another() -> None:
    holders: dict[str, list[str]] = {}
    for service in (one for one in WITH_TLS.services.values() if not one.is_by_hand):
        for name in service.body.get("secrets", []):
            holders.setdefault(name, []).append(service.name)
    keys = {name: who for name, who in holders.items() if name.endswith(("_key", "_pem"))}

    assert all(len(who) == 1 for name, who in keys.items() if name != "metrics_key")
    assert holders["metrics_password"] == ["prometheus"]
    assert holders["ca"] == [
        "kafka",
        "redis",
        "topics",
        "worker",
        "api",
        "deliver",
        "simulator",
        "prometheus",
    ]


@pytest.mark.parametrize("service", [WITH_TLS.services[name] for name in OURS], ids=OURS)
def test_with_tls_none_of_ours_goes_in_clear(service: Service) -> None:
    settings = service.environment

    assert settings["VITALSTREAM_PLAINTEXT"] == "loopback"
    if service.name != "deliver":  # it has no business with Kafka
        assert settings["VITALSTREAM_KAFKA_SECURITY"] == "SSL"
    if "expose" in service.body:
        assert {"VITALSTREAM_METRICS_TLS_CERT", "VITALSTREAM_METRICS_USERS"} <= settings.keys()
    assert {name.removesuffix("_FILE") for name in settings} <= {
        f"VITALSTREAM_{name.upper()}" for name in Settings.model_fields
    }


def test_with_tls_prometheus_looks_at_the_same_in_the_same_way() -> None:
    plain = yaml.safe_load((PROJECT / "exporters" / "prometheus" / "prometheus.yml").read_text())
    secure = yaml.safe_load((PROJECT / "deploy" / "prometheus" / "prometheus.yml").read_text())

    for job in secure["scrape_configs"]:
        if job["job_name"].startswith("vitalstream"):
            assert job.pop("scheme") == "https"
            assert job.pop("tls_config") == {"ca_file": "/run/secrets/ca", "server_name": "metrics"}
            assert job.pop("basic_auth")["password_file"] == "/run/secrets/metrics_password"
    plain["rule_files"] = [f"/etc/prometheus/{path}" for path in plain["rule_files"]]
    assert secure == plain


def docker_compose() -> list[str] | None:
    docker = shutil.which("docker")
    if docker is None:
        return None
    found = subprocess.run([docker, "compose", "version"], capture_output=True, check=False)
    return [docker, "compose"] if found.returncode == 0 else None


def test_docker_compose_itself_reads_it(project: Path) -> None:
    client = docker_compose()
    if client is None:
        pytest.skip("there is no `docker compose` here")

    done = subprocess.run(
        [*client, "config", "--quiet"], cwd=project, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr


def secrets(project: Path) -> dict[str, str]:
    folder = project / "deploy" / "secrets"
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_text() for path in files}


def test_secrets_are_made_once_and_are_those_of_the_file(project: Path) -> None:
    folder = project / "deploy" / "secrets"
    first = secrets(project)

    run = ["sh", str(project / "deploy" / "make-secrets.sh"), "--tls"]
    subprocess.run(run, check=True, capture_output=True)

    assert first == secrets(project)
    wanted = {
        path.removeprefix("deploy/secrets/") for path in (*FILE.secrets.values(), *WITH_TLS.secrets.values())
    }
    assert wanted <= first.keys()
    assert not [name for name in first if "ca.key" in name], "the key that signs is nobody's"
    assert f"writer:{first['redis_writer']}@" in first["redis_url"]
    assert f"reader:{first['redis_reader']}@" in first["redis_reader_url"]
    assert len(bytes.fromhex(first["state_key"])) == 32
    assert folder.stat().st_mode & 0o777 == 0o700


def test_an_emptied_password_is_made_anew_where_containers_see_it(tmp_path: Path) -> None:
    """As docs/how-to/secure-the-wires.md says: one of the worker, none of the reader."""
    copy = tmp_path / "project"
    shutil.copytree(
        PROJECT / "deploy",
        copy / "deploy",
        ignore=shutil.ignore_patterns("secrets", "made", "routes", "backups"),
    )
    make, folder = ["sh", str(copy / "deploy" / "make-secrets.sh"), "--tls"], copy / "deploy" / "secrets"
    subprocess.run(make, check=True, capture_output=True)
    (folder / "tls" / "redis_reader_url").chmod(0o644)
    (folder / "tls" / "redis_reader_url").write_text("rediss://reader:x@redis.example:6380/0")
    before, places = secrets(copy), {path: path.stat().st_ino for path in folder.rglob("redis*")}
    users = (folder / "users.acl").stat().st_ino

    (folder / "redis_writer").chmod(0o600)
    (folder / "redis_writer").write_text("")
    subprocess.run(make, check=True, capture_output=True)

    after = secrets(copy)
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {"redis_writer", "redis_url", "tls/redis_url", "users.acl"}
    assert after["redis_url"] == f"redis://writer:{after['redis_writer']}@redis:6379/0"
    assert hashlib.sha256(after["redis_writer"].encode()).hexdigest() in after["users.acl"]
    assert {path: path.stat().st_ino for path in places} == places
    assert (folder / "users.acl").stat().st_ino == users
    assert {(folder / name).stat().st_mode & 0o777 for name in changed} == {0o444}


def test_override_files_are_laid_over_as_docker_compose_does(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text(
        "services: {x: {image: 'a:1', command: [a], environment: {A: 1, B: 2}, secrets: [s],"
        " volumes: ['./a:/in:ro', 'v:/data']}}\nsecrets: {s: {file: f}}\nvolumes: {v: }\n"
    )
    (tmp_path / "b.yml").write_text(
        "services: {x: {command: [b, $$c], environment: {B: '${W:-3}'}, secrets: [t],"
        " volumes: ['./b:/in:ro']}}\nsecrets: {t: {file: g}}\n"
    )

    whole: Compose = read(tmp_path / "a.yml", tmp_path / "b.yml")

    x = whole.services["x"]
    assert x.body["command"] == ["b", "$c"]
    assert x.environment == {"A": "1", "B": "3"}
    assert x.body["secrets"] == ["s", "t"]
    assert x.body["volumes"] == ["v:/data", "./b:/in:ro"]
    assert whole.secrets == {"s": "f", "t": "g"}
