"""Tokens of an issuer, against a real one on loopback: which are taken, and every way that one is not."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from exporters.access.access import Access
from exporters.access.issuer_keys import AGAIN_S, AGED_S, KEPT_S
from exporters.access.oidc import Oidc, principal_of
from exporters.access.principal import Principal
from exporters.access.refused import IssuerAway
from tests.exporters.access.door import bearer, client, settings
from tests.exporters.access.issuer import AUDIENCE, Issuer, Key, running_issuer

RSA, OTHER, EC, WEAK = Key.rsa("k1"), Key.rsa("k1"), Key.ec("k2"), Key.rsa("k3", 1024)


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with running_issuer() as issuer:
        issuer.keys = [RSA, EC]
        yield issuer


def verifier(issuer: Issuer, clock: Clock | None = None) -> Oidc:
    return Oidc(issuer.url, AUDIENCE, clock or Clock())


async def who(issuer: Issuer, token: str) -> Principal | None:
    found = await verifier(issuer).login(token)
    return None if found is None else found.principal


@pytest.mark.parametrize("key", [RSA, EC], ids=["RS256", "ES256"])
async def test_a_token_of_the_issuer_is_taken(issuer: Issuer, key: Key) -> None:
    found = await who(issuer, issuer.token(key))

    assert found == Principal("oidc:u-17", "clinician", frozenset({"w1"}))


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int(time.time()) - 60},
        {"exp": None},
        {"exp": "soon"},
        {"nbf": int(time.time()) + 600},
        {"aud": "other"},
        {"aud": None},
        {"aud": []},
        {"iss": "https://other.example"},
        {"iss": None},
        {"sub": None},
        {"sub": 17},
        {"vitalstream_role": None},
        {"vitalstream_role": "root"},
        {"vitalstream_role": ["admin"]},
        {"vitalstream_wearers": "w1"},
        {"vitalstream_wearers": [1]},
        {"vitalstream_wearers": ["w 1"]},
        {"vitalstream_role": "wearer", "vitalstream_wearers": ["w1", "w2"]},
        {"vitalstream_role": "wearer", "vitalstream_wearers": "*"},
        {"vitalstream_role": "wearer", "vitalstream_wearers": None},
    ],
    ids=str,
)
async def test_a_token_with_a_wrong_claim_is_not(issuer: Issuer, changes: dict[str, Any]) -> None:
    assert await who(issuer, issuer.token(RSA, **changes)) is None


async def test_clocks_may_differ_a_little(issuer: Issuer) -> None:
    assert await who(issuer, issuer.token(RSA, exp=int(time.time()) - 10)) is not None


async def test_a_token_signed_by_another_key_of_the_same_name_is_not_taken(issuer: Issuer) -> None:
    assert await who(issuer, issuer.token(OTHER)) is None


async def test_a_token_without_signature_is_not_taken(issuer: Issuer) -> None:
    body = issuer.token(RSA).split(".")[1]
    head = _base64(json.dumps({"alg": "none", "typ": "JWT", "kid": "k1"}).encode())

    assert await who(issuer, f"{head}.{body}.") is None


@pytest.mark.parametrize("form", [PublicFormat.SubjectPublicKeyInfo, PublicFormat.PKCS1])
async def test_hmac_with_the_public_key_is_not_taken(issuer: Issuer, form: PublicFormat) -> None:
    public = RSA.private.public_key().public_bytes(Encoding.PEM, form)
    _head, body, _signature = issuer.token(RSA).split(".")
    head = _base64(json.dumps({"alg": "HS256", "typ": "JWT", "kid": "k1"}).encode())
    signature = _base64(hmac.new(public, f"{head}.{body}".encode(), hashlib.sha256).digest())

    assert await who(issuer, f"{head}.{body}.{signature}") is None


async def test_a_key_for_another_algorithm_does_not_serve(issuer: Issuer) -> None:
    assert await who(issuer, issuer.token(EC, kid="k1")) is None


@pytest.mark.filterwarnings("ignore::jwt.warnings.InsecureKeyLengthWarning")
async def test_a_short_key_of_the_issuer_is_not_used(issuer: Issuer) -> None:
    issuer.keys = [WEAK, EC]

    assert await who(issuer, issuer.token(WEAK)) is None


@pytest.mark.parametrize(
    "junk", [7, {}, {"kty": "RSA"}, {"kty": ["RSA"]}, {"kty": "oct", "k": "AAAA", "kid": "k1"}]
)
async def test_keys_that_can_not_be_read_do_not_spoil_the_others(issuer: Issuer, junk: Any) -> None:
    issuer.more = [junk]

    assert await who(issuer, issuer.token(RSA)) is not None


@pytest.mark.parametrize("text", ["", "a.b.c", "..", "e30.e30.", "x" * 9_000, "\ud800.a.b"])
async def test_what_is_no_token_is_not_taken(issuer: Issuer, text: str) -> None:
    assert await who(issuer, text) is None


async def test_a_new_key_is_found_when_it_is_first_seen(issuer: Issuer) -> None:
    clock = Clock()
    oidc = verifier(issuer, clock)
    await oidc.login(issuer.token(RSA))
    new = Key.ec("k9")
    issuer.keys = [new]
    clock.now += AGAIN_S

    assert await oidc.login(issuer.token(new)) is not None


async def test_made_up_key_names_do_not_make_it_ask_the_issuer_each_time(issuer: Issuer) -> None:
    oidc = verifier(issuer)

    found = [await oidc.login(issuer.token(RSA, kid=f"made-up-{i}")) for i in range(20)]

    assert (found, issuer.fetched) == ([None] * 20, 1)


async def test_keys_are_kept_between_logins(issuer: Issuer) -> None:
    oidc = verifier(issuer)
    for _ in range(5):
        await oidc.login(issuer.token(RSA))

    assert issuer.fetched == 1


async def test_an_issuer_that_goes_away_for_an_hour_does_not_lock_people_out(issuer: Issuer) -> None:
    clock = Clock()
    oidc = verifier(issuer, clock)
    await oidc.login(issuer.token(RSA))
    issuer.away = True
    clock.now += KEPT_S + 1

    assert await oidc.login(issuer.token(RSA)) is not None


async def test_an_issuer_that_is_away_for_a_day_is_not_believed_by_its_old_keys(issuer: Issuer) -> None:
    clock = Clock()
    oidc = verifier(issuer, clock)
    await oidc.login(issuer.token(RSA))
    issuer.away = True
    clock.now += AGED_S + 1

    with pytest.raises(IssuerAway):
        await oidc.login(issuer.token(RSA))


async def test_an_issuer_whose_keys_lie_nowhere_is_away(issuer: Issuer) -> None:
    issuer.keys_at = "https://issuer.example:none/keys"

    with pytest.raises(IssuerAway):
        await verifier(issuer).login(issuer.token(RSA))


async def test_an_issuer_that_calls_itself_otherwise_is_not_believed(issuer: Issuer) -> None:
    issuer.named = "https://other.example"

    with pytest.raises(IssuerAway):
        await verifier(issuer).login(issuer.token(RSA))


@pytest.mark.parametrize(
    ("role", "told", "wearers"),
    [
        ("clinician", ["w1", "w2"], frozenset({"w1", "w2"})),
        ("clinician", [], frozenset()),
        ("clinician", "*", None),
        ("wearer", ["w1"], frozenset({"w1"})),
        ("operator", [], frozenset()),
        ("admin", ["w1"], frozenset()),
        ("admin", "*", frozenset()),
    ],
)
def test_whose_data_a_role_gives(role: str, told: Any, wearers: frozenset[str] | None) -> None:
    found = principal_of({"sub": "u", "vitalstream_role": role, "vitalstream_wearers": told})

    assert found is not None
    assert found.wearers == wearers


@pytest.mark.parametrize("subject", ["x" * 200, "a\nb", "Jürgen", ""])
def test_an_odd_subject_becomes_a_name_that_fits_an_answer(subject: str) -> None:
    found = principal_of({"sub": subject, "vitalstream_role": "admin"})

    assert found is not None
    assert (found.name.isascii(), len(found.name) <= 64, "\n" in found.name) == (True, True, False)


async def test_a_token_of_the_issuer_opens_the_door(issuer: Issuer, tmp_path: Path) -> None:
    access = Access.open(settings(tmp_path, oidc_issuer=issuer.url))
    async with client(access) as http:
        answer = await http.get("/wearers/w1", headers=bearer(issuer.token(EC)))
    access.close()

    assert answer.json() == {"wearer": "w1", "by": "oidc:u-17"}


async def test_an_issuer_that_is_away_is_a_503(issuer: Issuer, tmp_path: Path) -> None:
    issuer.away = True
    access = Access.open(settings(tmp_path, oidc_issuer=issuer.url))
    async with client(access) as http:
        answer = await http.get("/me", headers=bearer(issuer.token(EC)))
    access.close()

    assert (answer.status_code, "retry-after" in answer.headers) == (503, True)


async def test_without_an_issuer_no_signed_token_is_taken(issuer: Issuer, access: Access) -> None:
    async with client(access) as http:
        answer = await http.get("/me", headers=bearer(issuer.token(EC)))

    assert answer.status_code == 401


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
