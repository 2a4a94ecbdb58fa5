"""Apache Kafka in KRaft mode, one node that is broker and controller, on the loopback interface."""

from __future__ import annotations

import base64
import logging
import os
import shutil
import socket
import subprocess
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from streams.errors import UserError
from streams.stack.files import private_folder
from streams.stack.server import LOOPBACK, Definition
from streams.stack.topics import HEADROOM_BYTES, LARGEST_RECORD_BYTES
from streams.wires import admin_client

JVM = ("-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError")
LOGS = "log"
LARGEST_BATCH = LARGEST_RECORD_BYTES + 2 * HEADROOM_BYTES

PROPERTIES = f"""\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@{LOOPBACK}:{{controller_port}}
listeners=PLAINTEXT://{LOOPBACK}:{{port}},CONTROLLER://{LOOPBACK}:{{controller_port}}
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
log.dirs={{logs}}
auto.create.topics.enable=false
# One node keeps the only copy of everything.
default.replication.factor=1
offsets.topic.replication.factor=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
# A dead letter keeps its bytes, so the broker takes what intake refuses.
message.max.bytes={LARGEST_BATCH}
replica.fetch.max.bytes={LARGEST_BATCH}
# A laptop: a few clients, little memory, no waiting for more members of a group.
group.initial.rebalance.delay.ms=0
offsets.topic.num.partitions=4
transaction.state.log.num.partitions=4
# After a crash the controller admits the broker again when the old one has been silent this long (else 9 s).
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=500
num.network.threads=2
num.io.threads=4
log.cleaner.dedupe.buffer.size=16777216
"""

LOGGING = """\
status = error
appender.out.type = Console
appender.out.name = out
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %d{ISO8601} %p %c{1}: %m%n
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
"""


def kafka(folder: Path, port: int, controller_port: int, java: Path, jars: Sequence[Path]) -> Definition:
    """Kafka that keeps its log in `folder`; writes its configuration there."""
    text = PROPERTIES.format(port=port, controller_port=controller_port, logs=LOGS)
    (private_folder(folder) / "server.properties").write_text(text)
    (folder / "log4j2.properties").write_text(LOGGING)
    # It runs in its folder and is told relative names: a path may have commas or spaces, these files may not.
    program = [
        str(java),
        *JVM,
        f"-Dvitalstream.folder={folder}",
        "-Dlog4j2.configurationFile=log4j2.properties",
    ]
    environ = {"CLASSPATH": os.pathsep.join(map(str, jars))}
    return Definition(
        name="Kafka",
        folder=folder,
        port=port,
        command=[*program, "kafka.Kafka", "server.properties"],
        answers=lambda: metadata_answered(port),
        environ=environ,
        prepare=lambda: format_log(program, environ, folder),
    )


def format_log(program: Sequence[str], environ: Mapping[str, str], folder: Path) -> None:
    """Give a new log folder its identity, once. Made beside and renamed: there is never half a log."""
    if (folder / LOGS).exists():
        return
    draft, properties = folder / f"{LOGS}.new", folder / "format.properties"
    shutil.rmtree(draft, ignore_errors=True)
    text = (folder / "server.properties").read_text()
    properties.write_text(text.replace(f"log.dirs={LOGS}\n", f"log.dirs={draft.name}\n"))
    cluster = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    tool = [
        *program,
        "kafka.tools.StorageTool",
        "format",
        f"--cluster-id={cluster}",
        f"--config={properties.name}",
    ]
    answer = subprocess.run(tool, cwd=folder, env={**os.environ, **environ}, capture_output=True, text=True)
    if answer.returncode != 0:
        told = " | ".join((answer.stdout + answer.stderr).splitlines()[-3:])
        raise UserError(f"Kafka can't make its log in {folder}: {told}")
    draft.replace(folder / LOGS)


def metadata_answered(port: int) -> bool:
    """True when the broker answers a metadata request and names itself as the one broker."""
    socket.create_connection((LOOPBACK, port), timeout=0.5).close()  # cheap, and fails as OSError

    from kafka.errors import KafkaError

    try:
        with _hushed("kafka"), admin_client(f"{LOOPBACK}:{port}", patience_s=2.0) as admin:
            return len(admin.describe_cluster()["brokers"]) == 1
    except KafkaError:
        return False


@contextmanager
def _hushed(logger: str) -> Iterator[None]:
    # That a starting broker does not answer yet is no news.
    log = logging.getLogger(logger)
    before = log.level
    log.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        log.setLevel(before)
