"""Nothing goes in clear off this machine, unless the operator says that the network is theirs alone."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import SecretStr

from exporters.metrics.door import MetricsDoor
from streams.errors import UserError
from streams.settings import Settings
from streams.wires import Broker, client_options, redis_url
from streams.wires.clear import is_loopback

ROOT = Path(__file__).parents[3]
TRUSTED = {"plaintext": "trusted-network"}


def settings(**values: object) -> Settings:
    return Settings(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize("broker", ["127.0.0.1:9092", "localhost:9092", "[::1]:9092", "127.0.0.2:1,[::1]:2"])
def test_kafka_in_clear_on_this_machine(broker: str) -> None:
    assert Broker.of(settings(broker=broker)).security == "PLAINTEXT"


@pytest.mark.parametrize("broker", ["kafka:9092", "10.0.0.7:9092", "127.0.0.1:9092,kafka-2:9092"])
def test_kafka_in_clear_over_a_network_is_refused(broker: str) -> None:
    with pytest.raises(
        UserError, match=r"in clear.*set VITALSTREAM_KAFKA_SECURITY=SASL_SSL.*VITALSTREAM_PLAINTEXT="
    ):
        Broker.of(settings(broker=broker))

    assert Broker.of(settings(broker=broker, **TRUSTED)).servers == broker


@pytest.mark.parametrize(
    "url",
    [
        "redis://127.0.0.1:6379/0",
        "redis://user:pw@localhost:6379/0",
        "unix:///run/redis.sock",
        "rediss://user:pw@redis:6379/0?ssl_ca_certs=/ca.crt",
    ],
)
def test_redis_that_nobody_can_listen_to(url: str) -> None:
    assert redis_url(settings(redis_url=SecretStr(url))) == url


@pytest.mark.parametrize(
    "url",
    [
        "redis://user:hunter2@redis:6379/0",
        "rediss://user:hunter2@redis:6379/0?ssl_cert_reqs=none",
        "rediss://user:hunter2@redis:6379/0?ssl_check_hostname=False",
        "rediss://user:hunter2@redis:6379/0?ssl_check_hostname=0",
        "rediss://user:hunter2@redis:6379/0?ssl_cert_reqs=none&ssl_cert_reqs=required",
    ],
)
def test_redis_that_someone_could_listen_to_is_refused(url: str) -> None:
    with pytest.raises(UserError, match="in clear to or from redis: use rediss://") as caught:
        redis_url(settings(redis_url=SecretStr(url)))

    assert "hunter2" not in str(caught.value)
    assert redis_url(settings(redis_url=SecretStr(url), **TRUSTED)) == url


def test_metrics_for_a_network_need_tls_and_users() -> None:
    assert MetricsDoor.of(settings()).context is None
    assert MetricsDoor.of(settings(bind="0.0.0.0", **TRUSTED)).context is None
    with pytest.raises(UserError, match=r"metrics would go in clear.*VITALSTREAM_METRICS_TLS_CERT"):
        MetricsDoor.of(settings(bind="0.0.0.0"))


def test_a_password_goes_with_its_user_alone() -> None:
    broker = Broker("kafka:9092", "SASL_SSL", user="worker", password=SecretStr("hunter2"))

    assert client_options(broker)["sasl_plain_password"] == "hunter2"
    assert "hunter2" not in f"{broker} {broker!r}"
    with pytest.raises(UserError, match="needs VITALSTREAM_KAFKA_USER"):
        Broker.of(settings(broker="kafka:9092", kafka_security="SASL_SSL", kafka_user="worker"))


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("::ffff:127.0.0.1", True),
        ("LOCALHOST.evil.example", False),
        ("127.0.0.1.evil.example", False),
        ("", False),
    ],
)
def test_what_is_this_machine(host: str, here: bool) -> None:
    assert is_loopback(host) is here


@pytest.mark.parametrize("word", [r"bootstrap_servers\s*[=:]", r"redis_url\.get_secret_value"])
def test_one_place_makes_what_connects(word: str) -> None:
    """A connection made elsewhere would go around TLS, credentials and this refusal."""
    # The first asks the embedded broker, the second looks at a certificate; neither sends anything.
    harmless = {"streams/stack/kafka_server.py", "streams/doctor/certificates.py"}
    found = {
        str(path.relative_to(ROOT))
        for folder in ("streams", "exporters")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(word, path.read_text()) and path.parent != ROOT / "streams" / "wires"
    }

    assert found <= harmless


@pytest.mark.parametrize("url", ["redis://me:word@[::1", "redis://me:word℀@host"])
def test_what_is_no_url_is_told_in_one_line_without_it(url: str) -> None:
    with pytest.raises(UserError, match="VITALSTREAM_REDIS_URL is no URL") as caught:
        redis_url(settings(redis_url=SecretStr(url)))

    assert "word" not in str(caught.value)


def test_a_host_of_strange_letters_stays_in_the_line() -> None:
    with pytest.raises(UserError) as caught:
        redis_url(settings(redis_url=SecretStr("redis://a\x1d\x85b")))

    assert len(str(caught.value).splitlines()) == 1
