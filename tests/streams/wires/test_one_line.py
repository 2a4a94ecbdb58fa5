"""Whatever is wrong with a wire, each command says it in one line, at once, without a secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.streams.wires.conftest import Site, run
from tests.streams.wires.secure_redis import SecureRedis

pytestmark = pytest.mark.integration

ROLE = {"worker": "worker", "simulate": "simulator", "api": "api"}
USER = {"worker": "writer", "alerts": "reader", "api": "reader"}
OF_KAFKA = {
    "wrong CA": "Kafka's certificate is not trusted: name the CA that signed it in VITALSTREAM_KAFKA_CA",
    "wrong password": "Kafka refuses this user or password: look at VITALSTREAM_KAFKA_USER",
    "missing ACL": "Kafka does not let user scaler",
    "expired certificate": "Kafka's certificate has expired",
    "other host": "Kafka's certificate is for another host",
    "in clear": "Kafka wants TLS at this address: set VITALSTREAM_KAFKA_SECURITY",
}
OF_REDIS = {
    "wrong CA": "Redis's certificate is not trusted: name its CA in the URL, ?ssl_ca_certs=FILE",
    "wrong password": "Redis refuses these credentials: look at VITALSTREAM_REDIS_URL_FILE",
    "missing ACL": "Redis does not let this user do that",
    "expired certificate": "Redis's certificate has expired",
    "other host": "Redis's certificate is for another host",
}


def says_one_line(environ: dict[str, str], command: str, words: str) -> None:
    done = run(environ, command)

    assert done.returncode == 1
    assert done.stderr.startswith(f"vitalstream: {words}"), done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert done.stdout == ""
    assert "hunter2" not in done.stderr


def wrong_at_kafka(site: Site, other_ca: Path, role: str, fault: str) -> dict[str, str]:
    """What makes this fault, of settings that are right otherwise."""
    if fault == "wrong CA":
        return {"VITALSTREAM_KAFKA_CA": str(other_ca)}
    if fault == "wrong password":
        wrong = site.folder / "wrong"
        wrong.write_text("not-this-hunter2")
        return {"VITALSTREAM_KAFKA_PASSWORD_FILE": str(wrong)}
    if fault == "missing ACL":
        return site.settings("scaler")
    if fault == "in clear":
        return {"VITALSTREAM_KAFKA_SECURITY": "PLAINTEXT"}
    door = "EXPIRED" if fault == "expired certificate" else "ELSEWHERE"
    return {"VITALSTREAM_BROKER": f"127.0.0.1:{site.kafka.ports[door]}"}


@pytest.mark.parametrize("fault", OF_KAFKA)
@pytest.mark.parametrize("command", ROLE)
def test_of_kafka(site: Site, other_ca: Path, command: str, fault: str) -> None:
    role = ROLE[command]
    environ = site.settings(role, USER.get(command, "reader"))

    says_one_line(environ | wrong_at_kafka(site, other_ca, role, fault), command, OF_KAFKA[fault])


def wrong_at_redis(site: Site, wrong: dict[str, SecureRedis], other_ca: Path, user: str, fault: str) -> str:
    """A URL with this fault."""
    if fault == "wrong CA":
        return site.redis.url(user, ca=other_ca)
    if fault == "wrong password":
        return site.redis.url(user, password="not-this-hunter2")
    if fault == "missing ACL":
        return site.redis.url("reader" if user == "writer" else "writer")
    server = wrong["expired" if fault == "expired certificate" else "elsewhere"]
    return server.url(user)


@pytest.mark.parametrize("fault", OF_REDIS)
@pytest.mark.parametrize("command", USER)
def test_of_redis(
    site: Site, wrong_redis: dict[str, SecureRedis], other_ca: Path, tmp_path: Path, command: str, fault: str
) -> None:
    user = USER[command]
    url = tmp_path / "url"
    url.write_text(wrong_at_redis(site, wrong_redis, other_ca, user, fault))
    environ = site.settings(ROLE.get(command, "api"), user, VITALSTREAM_REDIS_URL_FILE=str(url))

    says_one_line(environ, command, OF_REDIS[fault])


@pytest.mark.parametrize("fault", ["wrong CA", "wrong password", "expired certificate"])
def test_the_doctor_finds_it(site: Site, other_ca: Path, fault: str) -> None:
    environ = site.settings("worker", "writer") | wrong_at_kafka(site, other_ca, "worker", fault)

    done = run(environ, "doctor")

    assert done.returncode == 1
    assert OF_KAFKA[fault].partition(":")[0] in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "hunter2" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("setting", "value", "words"),
    [
        ("KAFKA_CA", "/nowhere/ca.crt", "VITALSTREAM_KAFKA_CA: /nowhere/ca.crt: No such file"),
        ("KAFKA_CA", __file__, "VITALSTREAM_KAFKA_CA: "),
        ("KAFKA_USER", "", "VITALSTREAM_KAFKA_SECURITY=SASL_SSL needs VITALSTREAM_KAFKA_USER"),
        ("BROKER", "kafka", "VITALSTREAM_BROKER: 'kafka' is not host:port"),
    ],
)
def test_of_settings(site: Site, setting: str, value: str, words: str) -> None:
    environ = site.settings("simulator", **{f"VITALSTREAM_{setting}": value})

    says_one_line(environ, "simulate", words)
