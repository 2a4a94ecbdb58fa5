"""Why a wire does not work, in one line without secrets that says what to do."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from typing import Literal

from streams.errors import UserError

Peer = Literal["Kafka", "Redis"]

EXPIRED, NOT_YET, OTHER_HOST, OTHER_ADDRESS = 10, 9, 62, 64
"""X509_V_ERR_… of OpenSSL's x509_vfy.h, as Python's `verify_code`."""
TRUST = {
    "Kafka": "name the CA that signed it in VITALSTREAM_KAFKA_CA",
    "Redis": "name its CA in the URL, ?ssl_ca_certs=FILE",
}
OWN = {
    "Kafka": "VITALSTREAM_KAFKA_CERT and VITALSTREAM_KAFKA_KEY",
    "Redis": "ssl_certfile and ssl_keyfile of the URL",
}
AUTHENTICATION = ("SaslAuthenticationFailed", "SaslAuthenticationFailedError", "AuthenticationError")
MECHANISM = ("UnsupportedSaslMechanismError", "IllegalSaslStateError")
RIGHTS = (
    "TopicAuthorizationFailedError",
    "GroupAuthorizationFailedError",
    "ClusterAuthorizationFailedError",
    "NoPermissionError",
)


class WireFault(UserError):
    """A server can't be worked with; `lasting`: trying again does not mend it."""

    def __init__(self, line: str, *, lasting: bool) -> None:
        self.lasting = lasting
        super().__init__(line)


def explain_connection_error(error: BaseException, peer: Peer | None = None) -> str | None:
    """What is wrong between this and Kafka or Redis and what to do; None when it is about something else.

    The line quotes nothing of the error: that can hold addresses, names and passwords. Causes and contexts
    count, since clients wrap what TLS says. `peer` is by the error's library unless given.
    """
    chain = list(_chain(error))
    peer = peer or _peer(chain)
    for one in chain:
        told = certificate_fault(one, peer) or _refusal(one, peer)
        if told is not None:
            return told
    return None


def certificate_fault(error: BaseException, peer: Peer) -> str | None:
    """What TLS itself has against the other side; None when it is no error of TLS."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"{peer}'s certificate {_verdict(error.verify_code, peer)}"
    if not isinstance(error, ssl.SSLError):
        return None
    reason = (error.reason or "").upper()
    if "ALERT" in reason and ("CERT" in reason or "UNKNOWN_CA" in reason or "HANDSHAKE_FAILURE" in reason):
        return f"{peer} refuses this client's certificate, or misses one: look at {OWN[peer]}"
    if reason in ("WRONG_VERSION_NUMBER", "UNEXPECTED_EOF_WHILE_READING", "RECORD_LAYER_FAILURE"):
        return f"{peer} does not speak TLS at this address: {_PLAIN[peer]}"
    return f"TLS with {peer} fails ({reason.lower().replace('_', ' ') or 'no reason given'})"


_PLAIN = {
    "Kafka": "another port, or VITALSTREAM_KAFKA_SECURITY, is meant",
    "Redis": "another port, or redis://, is meant",
}


def _verdict(code: int, peer: Peer) -> str:
    if code == EXPIRED:
        return "has expired: renew it there (deploy/tls/make-ca.sh), and look at both clocks"
    if code == NOT_YET:
        return "is not valid yet: look at both clocks"
    if code in (OTHER_HOST, OTHER_ADDRESS):
        return "is for another host: use a name that it has, or make it with this one (SANS=… make-ca.sh)"
    return f"is not trusted: {TRUST[peer]}"


def _refusal(error: BaseException, peer: Peer) -> str | None:
    name = type(error).__name__
    if name in AUTHENTICATION:
        return f"{peer} refuses this user or password: {_CREDENTIALS[peer]}"
    if name in MECHANISM:
        return (
            "Kafka does not take this kind of password here: look at VITALSTREAM_KAFKA_MECHANISM and the port"
        )
    if name in RIGHTS:
        return f"{peer} does not allow this user what is needed: {_RIGHTS[peer]}"
    return None


_CREDENTIALS = {
    "Kafka": "look at VITALSTREAM_KAFKA_USER and VITALSTREAM_KAFKA_PASSWORD_FILE",
    "Redis": "look at VITALSTREAM_REDIS_URL_FILE",
}
_RIGHTS = {
    "Kafka": "`vitalstream topics --acls`, as admin, makes the ACLs",
    "Redis": "deploy/redis/users.acl.template has what each user may",
}


def _peer(chain: list[BaseException]) -> Peer:
    libraries = {type(error).__module__.partition(".")[0] for error in chain}
    return "Redis" if "redis" in libraries else "Kafka"


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
