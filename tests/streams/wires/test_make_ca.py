"""The script of the private CA: what it makes, and when it makes it anew."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.streams.wires.certificates import forged, make_ca


def certificate(path: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_keys_are_for_their_owner_alone_and_ends_are_told(tmp_path: Path) -> None:
    told = make_ca(tmp_path / "tls")

    files = list((tmp_path / "tls").glob("*.[kp]e[ym]"))
    assert len(files) == 23
    assert {oct(file.stat().st_mode & 0o777) for file in files} == {"0o600"}
    assert len([line for line in told.splitlines() if "  until " in line]) == 12


def names(path: Path) -> list[str]:
    found = certificate(path).extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    return [*found.get_values_for_type(x509.DNSName), *map(str, found.get_values_for_type(x509.IPAddress))]


def test_a_server_has_names_and_a_client_a_user(tmp_path: Path) -> None:
    make_ca(tmp_path, "broker:kafka-1", "server:redis", "client:worker", SANS="DNS:kafka.example,IP:10.0.0.5")

    names = certificate(tmp_path / "kafka-1.crt").extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    )
    assert names.value.get_values_for_type(x509.DNSName) == ["kafka-1", "localhost", "kafka.example"]
    assert list(map(str, names.value.get_values_for_type(x509.IPAddress))) == ["127.0.0.1", "10.0.0.5"]
    users = [
        certificate(tmp_path / f"{name}.crt").subject.get_attributes_for_oid(NameOID.COMMON_NAME)[0].value
        for name in ("kafka-1", "redis", "worker")
    ]
    assert users == ["kafka", "redis", "worker"]
    usages = [
        set(
            certificate(tmp_path / f"{name}.crt")
            .extensions.get_extension_for_class(x509.ExtendedKeyUsage)
            .value
        )
        for name in ("kafka-1", "redis", "worker")
    ]
    server, client = ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH
    assert usages == [{server, client}, {server}, {client}]


def test_what_is_good_stays_and_what_ends_soon_is_made_anew(tmp_path: Path) -> None:
    make_ca(tmp_path, "server:redis", "client:worker")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    forged(tmp_path, "worker", days=(-1, 20))

    make_ca(tmp_path, "server:redis", "client:worker")

    after = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert {name for name in before if after[name] != before[name]} == {
        "worker.crt",
        "worker.key",
        "worker.pem",
    }
    left = certificate(tmp_path / "worker.crt").not_valid_after_utc - datetime.now(UTC)
    assert left > timedelta(days=390)


def test_a_name_that_a_server_has_not_is_given_to_it(tmp_path: Path) -> None:
    """The cure that a client is told whose server's certificate is for another host."""
    make_ca(tmp_path, "broker:kafka", "server:redis")
    redis = (tmp_path / "redis.crt").read_bytes()

    make_ca(tmp_path, "broker:kafka", SANS="DNS:kafka.example,IP:10.0.0.5,IP:2001:db8::7")

    assert names(tmp_path / "kafka.crt") == [
        "kafka", "localhost", "kafka.example", "127.0.0.1", "10.0.0.5", "2001:db8::7",
    ]  # fmt: skip
    assert (tmp_path / "redis.crt").read_bytes() == redis


def test_names_once_given_are_kept_and_ask_for_nothing_anew(tmp_path: Path) -> None:
    make_ca(tmp_path, "server:redis", SANS="DNS:redis.example,IP:2001:db8::7")
    first = (tmp_path / "redis.crt").read_bytes()

    make_ca(tmp_path, "server:redis", SANS="IP:2001:db8::7")
    make_ca(tmp_path, "server:redis")
    assert (tmp_path / "redis.crt").read_bytes() == first
    make_ca(tmp_path, "server:redis", SANS="DNS:other.example")

    assert names(tmp_path / "redis.crt") == [
        "redis", "localhost", "other.example", "redis.example", "127.0.0.1", "2001:db8::7",
    ]  # fmt: skip


def test_a_certificate_of_another_key_is_made_anew(tmp_path: Path) -> None:
    make_ca(tmp_path, "server:redis", "client:worker")
    (tmp_path / "worker.key").write_bytes((tmp_path / "redis.key").read_bytes())

    make_ca(tmp_path, "client:worker")

    key = load_pem_private_key((tmp_path / "worker.key").read_bytes(), None)
    assert certificate(tmp_path / "worker.crt").public_key() == key.public_key()
