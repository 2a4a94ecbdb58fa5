"""An OpenID Connect issuer on loopback, with keys made on the fly, that a test can change as it runs."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

AUDIENCE = "vitalstream"
Private = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass
class Key:
    """A key of the issuer; `alg` is how it signs."""

    kid: str
    private: Private
    alg: str

    @classmethod
    def rsa(cls, kid: str, size: int = 2048) -> Key:
        return cls(kid, rsa.generate_private_key(65537, size), "RS256")

    @classmethod
    def ec(cls, kid: str) -> Key:
        return cls(kid, ec.generate_private_key(ec.SECP256R1()), "ES256")

    @property
    def public(self) -> dict[str, Any]:
        """As it stands in the issuer's key set."""
        algorithm: Any = RSAAlgorithm if self.alg == "RS256" else ECAlgorithm
        told: dict[str, Any] = algorithm.to_jwk(self.private.public_key(), as_dict=True)
        return {**told, "kid": self.kid, "use": "sig", "alg": self.alg}


@dataclass
class Issuer:
    """What the issuer tells, and how often its keys were fetched."""

    url: str = ""
    named: str | None = None
    keys_at: str | None = None
    keys: list[Key] = field(default_factory=list)
    more: list[Any] = field(default_factory=list)
    away: bool = False
    fetched: int = 0

    def token(self, key: Key, kid: str | None = None, **changes: Any) -> str:
        """A token of a clinician for w1, signed by `key`; a claim changed to None is left out."""
        claims = {
            "iss": self.url,
            "aud": AUDIENCE,
            "sub": "u-17",
            "exp": int(time.time()) + 300,
            "vitalstream_role": "clinician",
            "vitalstream_wearers": ["w1"],
        } | changes
        kept = {name: value for name, value in claims.items() if value is not None}
        return jwt.encode(kept, key.private, key.alg, headers={"kid": kid or key.kid})

    def answer(self, path: str) -> dict[str, Any] | None:
        if self.away:
            return None
        if path == "/.well-known/openid-configuration":
            return {"issuer": self.named or self.url, "jwks_uri": self.keys_at or f"{self.url}/keys"}
        self.fetched += 1
        return {"keys": [*self.more, *(key.public for key in self.keys)]}


@contextmanager
def running_issuer() -> Iterator[Issuer]:
    issuer = Issuer()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            told = issuer.answer(self.path)
            body = json.dumps(told).encode()
            self.send_response(200 if told is not None else 500)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    issuer.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield issuer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
