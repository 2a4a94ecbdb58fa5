"""What each role does and may not do, on a broker where nothing is allowed that no ACL allows."""

from __future__ import annotations

import contextlib
import json
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import TopicAuthorizationFailedError

from streams.stack.topics import TOPICS
from streams.wires import WireFault, client_options
from streams.wires.acls import ROLES
from streams.wires.grants import make_acls
from streams.wires.rights import check_rights
from tests.streams.wires.conftest import APP, Site, clean, run

pytestmark = pytest.mark.integration

WRITES = {role: {name for name, ops in ROLES[role].topics.items() if "write" in ops} for role in ROLES}
READS = {role: {name for name, ops in ROLES[role].topics.items() if "read" in ops} for role in ROLES}


@contextmanager
def running(environ: dict[str, str], log: Path, *command: str) -> Iterator[dict[str, Any]]:
    """A command that serves until it is stopped; gives what it says when it is ready."""
    with log.open("w") as errors:
        process = subprocess.Popen(
            [Path(sys.executable).with_name("vitalstream"), *command, "--json"],
            env={**clean(), **environ}, stdout=subprocess.PIPE, stderr=errors, text=True,
        )  # fmt: skip
    try:
        assert process.stdout is not None
        told = process.stdout.readline()
        assert told, log.read_text()
        yield json.loads(told)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def eventually(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline, f"not in time: {what}"
        time.sleep(0.3)


@pytest.mark.timeout(600)
def test_everything_works_as_its_role(site: Site, tmp_path: Path) -> None:
    """Packets become alerts, alerts are read, answered and shown: nobody needs more than the table gives."""
    worker = site.settings("worker", "writer", VITALSTREAM_DATA_DIR=str(tmp_path / "worker"))
    api = site.settings("api", VITALSTREAM_DATA_DIR=str(tmp_path / "api"))
    reader = site.settings("care")

    with (
        running(worker, tmp_path / "worker.log", "worker"),
        running(api, tmp_path / "api.log", "api") as serving,
    ):
        sent = run(
            site.settings("simulator"), "simulate", "--wearers", "3", "--hours", "12", "--episode-hours", "3"
        )
        assert sent.returncode == 0, sent.stderr
        eventually(lambda: run(reader, "alerts", "--json").stdout, "an alert")
        first = json.loads(run(reader, "alerts", "--json").stdout.splitlines()[0])
        assert run(reader, "profile", "show", first["wearer"]).returncode == 0
        answered = run(reader, "ack", first["id"])
        assert answered.returncode == 0, answered.stderr

        def seen() -> bool:
            with urllib.request.urlopen(f"{serving['address']}/ready", timeout=30) as ready:
                assert ready.status == 200
            with urllib.request.urlopen(f"{serving['address']}/wearers", timeout=30) as found:
                return first["wearer"].encode() in found.read()

        eventually(seen, "history of the wearer")

    log = (tmp_path / "worker.log").read_text() + (tmp_path / "api.log").read_text()
    assert "uthorization" not in log


@pytest.mark.parametrize("role", ROLES)
def test_a_role_writes_its_topics_alone(site: Site, role: str) -> None:
    producer = KafkaProducer(**client_options(site.broker(role)), max_block_ms=20_000, retries=0)
    took = set()
    for topic in TOPICS:
        try:
            producer.send(topic, b"not a record", b"nobody").get(timeout=20)
            took.add(topic)
        except TopicAuthorizationFailedError:
            pass
    producer.close()

    assert took == {name for name in WRITES[role] if name in TOPICS}


@pytest.fixture(scope="module")
def filled(site: Site) -> None:
    """A record in every topic."""
    producer = KafkaProducer(**client_options(site.kafka.by_certificate("admin")))
    for topic in TOPICS:
        producer.send(topic, b"not a record", b"nobody", partition=0).get(timeout=20)
    producer.close()


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("role", ROLES)
def test_a_role_reads_its_topics_alone(site: Site, role: str) -> None:
    """Of the others it learns nothing, not even where they are."""
    wanted = {name for name in READS[role] if name in TOPICS}
    consumer = KafkaConsumer(**client_options(site.broker(role)), auto_offset_reset="earliest")
    partitions = {topic: TopicPartition(topic, 0) for topic in TOPICS}
    gave = set()

    for asked in (wanted, TOPICS.keys() - wanted):
        consumer.assign([partitions[topic] for topic in asked])
        deadline = time.monotonic() + (60 if asked is wanted else 2)
        while not asked <= gave and time.monotonic() < deadline:
            with contextlib.suppress(TopicAuthorizationFailedError):
                gave |= {found.topic for found in consumer.poll(timeout_ms=200)}
    consumer.close()

    assert gave == wanted


@pytest.mark.parametrize("role", ROLES)
def test_the_check_at_the_start_knows_the_role_from_the_others(site: Site, role: str) -> None:
    check_rights(site.broker(role), role, APP)

    for other in ROLES:
        if set(ROLES[other].rights(APP)) <= set(ROLES[role].rights(APP)) or other == "scaler":
            continue
        with pytest.raises(WireFault, match=f"does not let user {role} "):
            check_rights(site.broker(role), other, APP)


def test_making_the_acls_again_makes_nothing(site: Site) -> None:
    again = make_acls(site.kafka.by_certificate("admin"), APP)

    assert (again.made, again.surplus) == ([], [])
    assert again.there == sum(len(list(role.rights(APP))) for role in ROLES.values())


def test_who_is_no_admin_makes_no_acls(site: Site) -> None:
    done = run(site.settings("worker"), "topics", "--acls")

    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "vitalstream: this user may not make users and ACLs: do it as admin, a super user of Kafka"
    ]


def test_a_certificate_is_as_good_as_a_password(site: Site) -> None:
    check_rights(site.kafka.by_certificate("worker"), "worker", APP)

    with pytest.raises(WireFault, match="the user of this certificate write topic"):
        check_rights(site.kafka.by_certificate("api"), "simulator", APP)
