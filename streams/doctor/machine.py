"""The machine: its folder, rights, room on the disk, memory, open files, ports."""

from __future__ import annotations

import os
import re
import resource
import shutil
import socket
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path
from typing import Final

from streams.beside import ServiceName, address, ask
from streams.doctor.finding import About, Finding, Unwell
from streams.settings import MEBIBYTE, Settings

OPERATE = "docs/how-to/operate.md"
PRIVATE: Final = ("access.json", "audit.jsonl", "break-glass.json", "stack.json", "state.key")
"""Files of the data folder that hold secrets or say who did what."""
LITTLE_DISK, NO_DISK = 1024 * MEBIBYTE, 100 * MEBIBYTE
LITTLE_MEMORY: Final = 600 * MEBIBYTE
"""A worker with the networks of the registry and some thousand wearers."""
PATIENCE_S: Final = 3.0
OURS: Final = {200: re.compile(r"ok$|\{\"ready\":true"), 503: re.compile(r"[^<\s]")}
"""How `/healthz` of ours and `/ready` of the API begin, by status."""
FEW_FILES: Final = 1024
"""A worker opens some dozens; an API one for each subscriber."""


def data_folder(settings: Settings) -> Iterator[Finding]:
    """The folder of settings: there, ours, private, with room."""
    about = About("data folder", "docs/explanation/privacy.md#encryption")
    folder = settings.data_dir
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise Unwell(
            f"{folder} can't be made ({error.strerror})", "choose another by VITALSTREAM_DATA_DIR", OPERATE
        ) from None
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Unwell(
            f"{folder} can't be written",
            "choose another by VITALSTREAM_DATA_DIR, or its owner",
            OPERATE,
        )
    yield about.ok("can be written")
    yield from _rights(about, settings)
    free = shutil.disk_usage(folder).free
    if free < LITTLE_DISK:
        tell = about.wrong if free < NO_DISK else about.warn
        yield tell(f"{free // MEBIBYTE} MiB are free on its disk", "make room, or take another disk", OPERATE)


def _rights(about: About, settings: Settings) -> Iterator[Finding]:
    folder = settings.data_dir
    if folder.stat().st_mode & 0o007:
        yield about.warn("other users of this machine can look into it", f"chmod 700 {folder}")
    named = [settings.access, settings.audit, settings.api_tls_key, settings.metrics_tls_key]
    paths = [*(folder / name for name in PRIVATE), *filter(None, [*named, settings.kafka_key])]
    for path in paths:
        if path.exists() and path.stat().st_mode & 0o077 and not _is_mounted_to_read(path):
            yield about.wrong(f"{path.name} can be read by others", f"chmod 600 {path}")


def _is_mounted_to_read(path: Path) -> bool:
    """A secret of a container: who made it says who reads it, and nobody else is in there."""
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def limits(_settings: Settings) -> Iterator[Finding]:
    """Memory that is free, and how many files a process may open."""
    about = About("machine", OPERATE)
    free = _free_memory()
    files, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    if free is not None and free < LITTLE_MEMORY:
        yield about.warn(f"{free // MEBIBYTE} MiB of memory are free", "a worker wants 600 MiB: give it more")
    if files < FEW_FILES:
        yield about.warn(f"a process may open {files} files", f"ulimit -n {min(65536, most)}")
    told = "" if free is None else f"{free // MEBIBYTE:,} MiB of memory free, "
    yield about.ok(f"{told}{files:,} open files allowed, {os.cpu_count()} processors")


def _free_memory() -> int | None:
    """Bytes that may still be used, by this control group too; None where that can't be told."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        free = int(next(line.split()[1] for line in lines if line.startswith("MemAvailable:"))) * 1024
    except (OSError, StopIteration, ValueError):
        return None
    group = Path("/sys/fs/cgroup")
    try:
        most, used = ((group / name).read_text().strip() for name in ("memory.max", "memory.current"))
        return min(free, int(most) - int(used)) if most != "max" else free
    except (OSError, ValueError):
        return free


def ports(settings: Settings, *, running: bool = False) -> Iterator[Finding]:
    """Whether the fixed ports are free, or held by a process of ours; where workers run they are theirs."""
    about = About("ports", "docs/reference/settings.md")
    fixed: dict[str, tuple[int, ServiceName]] = {
        "VITALSTREAM_METRICS_PORT": (settings.metrics_port, "worker"),
        "VITALSTREAM_API_PORT": (settings.api_port, "api"),
    }
    for name, (port, service) in fixed.items():
        if port and not running and not _is_free(settings.bind, port):
            yield _who_has(about, f"{name} {port}", address(service, settings))
    yield about.ok(", ".join(f"{name} {port or 'any'}" for name, (port, _) in fixed.items()))


def _who_has(about: About, port: str, url: str) -> Finding:
    """As in a container, where the healthy worker has its port when somebody looks around."""
    try:
        status, said = ask(url, PATIENCE_S)
    except (OSError, HTTPException):
        status, said = 0, ""
    if status not in OURS or not OURS[status].match(said):
        return about.wrong(f"{port} is taken", "choose another, or 0 for any free one")
    if status == 503:
        return about.wrong(f"what runs at {port} makes no progress: {said[:200]}", "look at its log")
    return about.ok(f"{port} has the process that runs here, which makes progress")


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host.strip("[]"), port))
        except OSError:
            return False
    return True
