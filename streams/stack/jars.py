"""Kafka's jars: fetched once into the user's cache by jgo, checked against the lock file at every start."""

from __future__ import annotations

import hashlib
import os
import tempfile
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from streams.errors import UserError
from streams.stack.files import exclusive

LOCK_FILE = Path(__file__).with_name("kafka.lock.toml")
MIRROR = "or run Kafka and Redis with docker compose"

Progress = Callable[[int], AbstractContextManager[Callable[[int], None]]]
"""Given all bytes to come, shows a bar and gives the function that moves it on by so many bytes."""


@contextmanager
def quietly(_total: int) -> Iterator[Callable[[int], None]]:
    """Progress that nobody sees."""
    yield lambda _received: None


@dataclass(frozen=True)
class JarLock:
    """The exact jars of one version of Kafka: coordinate (`group:artifact:version`) to sha256."""

    kafka: str
    bytes: int
    sha256: Mapping[str, str]

    @classmethod
    def load(cls, path: Path = LOCK_FILE) -> JarLock:
        """Read a lock file."""
        return cls(**tomllib.loads(path.read_text()))


def user_cache(environ: Mapping[str, str] = os.environ) -> Path:
    """Where downloads are kept for all data folders of this user (`XDG_CACHE_HOME` is honoured)."""
    base = environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "vitalstream"


def kafka_jars(cache: Path, lock: JarLock, progress: Progress = quietly) -> list[Path]:
    """Every jar of the lock, present and checked; downloads what is missing, else needs no network.

    Raises UserError when a jar's bytes are not those of the lock, or can't be had.
    """
    folder = cache / f"kafka-{lock.kafka}"
    folder.mkdir(parents=True, exist_ok=True)
    with exclusive(cache / "download.lock"):
        missing = [name for name in lock.sha256 if not (folder / file_name(name)).exists()]
        if missing:
            _download(missing, lock, folder, progress)
    return [_checked(folder / file_name(name), digest) for name, digest in lock.sha256.items()]


def file_name(coordinate: str) -> str:
    """What a jar is called on disk: `g:a:v` is `a-v.jar`."""
    _group, artifact, version = coordinate.split(":")
    return f"{artifact}-{version}.jar"


def maven(repository: Path, moved: Callable[[int], None] = lambda _bytes: None) -> Any:
    """A jgo context that downloads to below `repository`; mirrors come from jgo's own config file."""
    from jgo.config import GlobalSettings
    from jgo.constants import MAVEN_CENTRAL_URL
    from jgo.maven import MavenContext, PythonResolver

    @contextmanager
    def per_jar(_name: str, _bytes: int) -> Iterator[Callable[[int], None]]:
        yield moved

    remotes = {"central": MAVEN_CENTRAL_URL, **GlobalSettings.load().repositories}
    resolver = PythonResolver(progress_callback=per_jar)
    return MavenContext(resolver=resolver, repo_cache=repository, remote_repos=remotes, timeout=30)


def artifact_of(context: Any, coordinate: str) -> Any:
    """The artifact that a coordinate names, as jgo sees it."""
    group, artifact, version = coordinate.split(":")
    return context.project(group, artifact).at_version(version).artifact()


def _download(names: list[str], lock: JarLock, folder: Path, progress: Progress) -> None:
    # Into a folder beside, and moved when checked: a broken-off download leaves no half jar behind.
    with tempfile.TemporaryDirectory(dir=folder.parent) as staging, progress(lock.bytes) as moved:
        context = maven(Path(staging), moved)
        for name in names:
            jar = _checked(_fetch(context, name), lock.sha256[name])
            jar.replace(folder / file_name(name))


def _fetch(context: Any, name: str) -> Path:
    import requests

    try:
        return Path(artifact_of(context, name).resolve())
    except (requests.RequestException, RuntimeError) as error:
        raise UserError(
            f"can't download {file_name(name)} ({type(error).__name__}):"
            f" check the network and run again, {MIRROR}"
        ) from error


def _checked(jar: Path, digest: str) -> Path:
    with jar.open("rb") as file:
        actual = hashlib.file_digest(file, "sha256").hexdigest()
    if actual != digest:
        raise UserError(
            f"{jar}: its checksum is not that of the lock file; delete it and run again, {MIRROR}"
        )
    return jar
