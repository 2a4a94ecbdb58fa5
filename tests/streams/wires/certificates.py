"""Certificates of a test: the right ones by the script that ships, the wrong ones made here."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

SCRIPT = Path(__file__).parents[3] / "deploy" / "tls" / "make-ca.sh"


def make_ca(folder: Path, *wanted: str, **environ: str) -> str:
    """Runs the script that ships; gives what it prints."""
    done = subprocess.run(
        ["sh", str(SCRIPT), str(folder), *wanted],
        env={"PATH": "/usr/bin:/bin", **environ},
        check=True,
        capture_output=True,
        text=True,
    )
    return done.stdout


def forged(
    folder: Path, name: str, *, days: tuple[float, float] = (-1, 30), host: str = "127.0.0.1", user: str = ""
) -> None:
    """Writes NAME.crt, .key and .pem of the folder's CA: valid between two days from now, for `host`."""
    ca = x509.load_pem_x509_certificate((folder / "ca.crt").read_bytes())
    ca_key = serialization.load_pem_private_key((folder / "ca.key").read_bytes(), None)
    key = ec.generate_private_key(ec.SECP256R1())
    now = datetime.now(UTC)
    subject = [
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "vitalstream"),
        x509.NameAttribute(NameOID.COMMON_NAME, user or name),
    ]
    try:
        known: x509.GeneralName = x509.IPAddress(ip_address(host))
    except ValueError:
        known = x509.DNSName(host)
    made = (
        x509.CertificateBuilder()
        .subject_name(x509.Name(subject))
        .issuer_name(ca.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=days[0]))
        .not_valid_after(now + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([known]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.public_key()),  # type: ignore[arg-type]
            critical=False,
        )
        .sign(ca_key, hashes.SHA256())  # type: ignore[arg-type]
    )
    certificate = made.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / f"{name}.crt").write_bytes(certificate)
    (folder / f"{name}.key").write_bytes(private)
    (folder / f"{name}.pem").write_bytes(private + certificate)
