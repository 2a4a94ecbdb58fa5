"""From a service of the compose file to a process of this machine: what stands in for what, all in one place.

| in Docker | here |
|---|---|
| a container | a `sandbox.Box`: read-only root, user, no capability, mounts and secrets at their places |
| address of a container, DNS | 127.x.y.z of its own, in /etc/hosts of each box |
| 0.0.0.0, 127.0.0.1, `://:` and the default of Prometheus and Alertmanager | the container's own address |
| a port published on 127.0.0.1 | the same port at the container's own address |
| `dns_sd_configs` of prometheus.yml | the same targets, written out (there is no DNS server) |
| image vitalstream | this project in its own environment, as the last stage of deploy/Dockerfile sets it up |
| image apache/kafka | the same release by the jars of the local stack, set up by the image's own program |
| image redis | redis-server of Debian (under another name in redis-tools), or Valkey |
| images prom/prometheus, prom/alertmanager | Debian's packages |
| image grafana/grafana | nothing: its files are checked, it does not run |
| limits of memory, restarts, logging | not here |
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from streams.stack.jars import JarLock, kafka_jars, user_cache
from streams.stack.java import bundled_java, find_java
from tests.deploy.compose.file import Compose, Service
from tests.deploy.compose.sandbox import PROJECT, Box, recipe

IMAGE = Path(__file__).parent / "image"
PATH = f"/image:{Path(sys.executable).parent}:/usr/bin:/bin"
NOT_RUN = ("grafana",)
LOGGING = """\
status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
"""


@dataclass(frozen=True)
class Container:
    """A replica of a service, ready to be started."""

    name: str
    service: Service
    address: str
    box: Box
    command: list[str]
    check: list[str]
    """What its health check runs; empty where it has none."""


class Native:
    """Makes the containers of a compose file below a folder; `net` is such as "127.81.3"."""

    def __init__(self, compose: Compose, project: Path, folder: Path, net: str) -> None:
        self.compose, self.project, self.folder = compose, project, folder
        running = [service for service in compose.in_order() if service.name not in NOT_RUN]
        names = [(service, number) for service in running for number in range(1, service.replicas + 1)]
        self.places = [(s, n, f"{net}.{last}") for last, (s, n) in enumerate(names, start=2)]
        self.hosts = folder / "hosts"
        told = [f"{address} {service.name}" for service, _, address in self.places]
        self.hosts.write_text("\n".join(["127.0.0.1 localhost", *told, ""]))

    def addresses(self, service: str) -> list[str]:
        """Of all replicas."""
        return [address for one, _, address in self.places if one.name == service]

    def containers(self, service: str) -> list[Container]:
        """All replicas of a service."""
        found = [place for place in self.places if place[0].name == service]
        return [self._container(one, f"{service}-{number}", address) for one, number, address in found]

    def once(self, service: str, *arguments: str) -> list[str]:
        """`docker compose run --rm --no-deps SERVICE ARGUMENTS`, as a command."""
        [container, *_] = self.containers(service)
        return container.box.around([*recipe(PROJECT / "deploy" / "Dockerfile").entrypoint, *arguments])

    def _container(self, service: Service, name: str, address: str) -> Container:
        folder = self.folder / name
        folder.mkdir(exist_ok=True)
        image, command = _image(service, address, folder)
        environment = {"PATH": PATH, "HOME": "/nowhere", **image.environment}
        environment |= {key: _at(address, value) for key, value in service.environment.items()}
        box = Box(
            user=str(service.body["user"]),
            environment=environment,
            read_only=bool(service.body["read_only"]),
            writable=self._volumes(service),
            readable={
                "/etc/hosts": self.hosts,
                **self._secrets(service),
                **self._files(service, folder),
            },
            tmpfs=service.tmpfs,
            programs=image.programs,
        )
        test = service.body.get("healthcheck", {}).get("test", [])
        return Container(name, service, address, box, command, [_at(address, word) for word in _words(test)])

    def _volumes(self, service: Service) -> dict[str, Path]:
        found = {}
        for mount in service.mounts:
            if mount.named:
                assert mount.source in self.compose.volumes
                found[mount.target] = self.folder / "volumes" / mount.source
                found[mount.target].mkdir(parents=True, exist_ok=True)
            elif not mount.read_only:
                found[mount.target] = self.project / mount.source
        return found

    def _secrets(self, service: Service) -> dict[str, Path]:
        names = service.body.get("secrets", [])
        return {f"/run/secrets/{name}": self.project / self.compose.secrets[name] for name in names}

    def _files(self, service: Service, folder: Path) -> dict[str, Path]:
        """What is mounted of the project; configurations of Prometheus by way of a copy."""
        found = {}
        for number, mount in enumerate(one for one in service.mounts if not one.named and one.read_only):
            source = self.project / mount.source
            assert source.exists(), f"{service.name} mounts {mount.source}, which is not there"
            if service.name == "prometheus":
                source = self._discovered(source, folder / f"mount{number}")
            found[mount.target] = source
        return found

    def _discovered(self, source: Path, copy: Path) -> Path:
        if source.is_dir():
            shutil.copytree(source, copy, dirs_exist_ok=True)
        else:
            shutil.copy(source, copy)
        for path in [copy] if copy.is_file() else [copy / "prometheus.yml"]:
            told = yaml.safe_load(path.read_text())
            for job in told["scrape_configs"]:
                for found in job.pop("dns_sd_configs", []):
                    [name] = found["names"]
                    targets = [f"{address}:{found['port']}" for address in self.addresses(name)]
                    job.setdefault("static_configs", []).append({"targets": targets})
            [own] = self.addresses("prometheus")
            path.write_text(_at(own, yaml.safe_dump(told)))
        return copy


@dataclass(frozen=True)
class _Image:
    environment: Mapping[str, str]
    programs: Mapping[str, Path]


def _image(service: Service, address: str, folder: Path) -> tuple[_Image, list[str]]:
    """What stands in for the image, and the whole command."""
    command = [_at(address, word) for word in service.body.get("command", [])]
    if service.image == "vitalstream":
        ours = recipe(PROJECT / "deploy" / "Dockerfile")
        environment = {name: value for name, value in ours.environment.items() if name != "PATH"}
        environment["PYTHONPATH"] = str(PROJECT)
        return _Image(environment, {}), [*ours.entrypoint, *command]
    if service.image == "redis":
        return _Image({}, {"/image/redis-server": redis_server()}), command
    if service.image == "apache/kafka":
        return _kafka(folder), ["/etc/kafka/docker/run"]
    program = {"prom/prometheus": "prometheus", "prom/alertmanager": "prometheus-alertmanager"}[service.image]
    [port] = {port.rpartition(":")[2] for port in service.body["ports"]}
    return _Image({}, {}), [program, *command, f"--web.listen-address={address}:{port}"]


def _kafka(folder: Path) -> _Image:
    java = find_java(bundled_java())
    jars = kafka_jars(user_cache(), JarLock.load())
    (folder / "log4j2.properties").write_text(LOGGING)
    programs = {
        "/etc/kafka/docker/run": IMAGE / "kafka.sh",
        "/etc/kafka/docker/log4j2.properties": folder / "log4j2.properties",
        "/opt/kafka/bin/kafka-broker-api-versions.sh": IMAGE / "kafka-broker-api-versions.sh",
        **{f"/opt/kafka/libs/{jar.name}": jar for jar in jars},
    }
    classes = os.pathsep.join(f"/opt/kafka/libs/{jar.name}" for jar in jars)
    return _Image({"JAVA_HOME": str(java.parents[1]), "CLASSPATH": classes}, programs)


def redis_server() -> Path:
    """A server that has TLS: on the path, or what Debian's redis-tools has of it by another name."""
    for name in ("redis-server", "redis-check-rdb"):
        if (found := shutil.which(name)) is not None:
            return Path(found).resolve()
    raise LookupError("no Redis here; on Debian: apt install redis-tools")


def _at(address: str, text: str) -> str:
    """Every wildcard and loopback address as the container's own."""
    for general in ("0.0.0.0", "127.0.0.1", "* -::*"):
        text = text.replace(general, address)
    return text.replace("://:", f"://{address}:")


def _words(test: list[str]) -> list[str]:
    if not test:
        return []
    kind, *rest = test
    return ["sh", "-c", *rest] if kind == "CMD-SHELL" else rest
