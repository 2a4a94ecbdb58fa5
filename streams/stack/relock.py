"""Write `kafka.lock.toml` anew, with a network: `python -m streams.stack.relock 4.1.2`."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path

from streams.stack.jars import LOCK_FILE, artifact_of, maven

HEADER = """\
# The jars of the embedded Kafka and what their bytes hash to. Written by `python -m streams.stack.relock`.
# Kafka's own archive adds the binding of its log interface to log4j; without it the broker says nothing.
"""


def coordinates(version: str) -> list[str]:
    """Everything that `kafka_2.13:version` needs to run, as `group:artifact:version`, sorted."""
    import jgo

    kafka = jgo.resolve(f"org.apache.kafka:kafka_2.13:{version}")
    log4j = next(jar.version for jar in kafka if jar.artifactId == "log4j-core")
    binding = f"org.apache.logging.log4j:log4j-slf4j-impl:{log4j}"
    return sorted({f"{jar.groupId}:{jar.artifactId}:{jar.version}" for jar in kafka} | {binding})


def lock(version: str) -> str:
    """The text of a lock file for one version of Kafka."""
    lines, total = [], 0
    with tempfile.TemporaryDirectory() as folder:
        context = maven(Path(folder))
        for name in coordinates(version):
            data = artifact_of(context, name).resolve().read_bytes()
            total += len(data)
            lines.append(f'"{name}" = "{hashlib.sha256(data).hexdigest()}"\n')
    return f'{HEADER}kafka = "{version}"\nbytes = {total}\n\n[sha256]\n{"".join(lines)}'


if __name__ == "__main__":
    LOCK_FILE.write_text(lock(sys.argv[1]))
