"""What looks like a secret or a person is taken out of a line of the log."""

from __future__ import annotations

import pytest

from streams.redaction import GONE, Redaction, redacted, secrets_of
from streams.settings import Settings

TOKEN = "vs_" + "aB3-" * 10 + "xyz"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJkb3JhIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("told", "left"),
    [
        (f"a token {TOKEN} came", f"a token {GONE} came"),
        ("Authorization: Bearer abc.def-ghi", f"Authorization: Bearer {GONE}"),
        ("Authorization: Basic authentication4711=", f"Authorization: Basic {GONE}"),
        ("subprotocol bearer.abcdefghij", f"subprotocol bearer {GONE}"),
        (f"jwt {JWT}", f"jwt {GONE}"),
        ("key whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", f"key {GONE}"),
        ("redis://writer:hunter2@h:6379/0 is away", f"redis://{GONE}@h:6379/0 is away"),
        ("redis://writer:hun@ter2@h:6379/0", f"redis://{GONE}@h:6379/0"),
        ("https://h/hook?token=abc&x=1 said 500", f"https://h/hook?{GONE} said 500"),
        ("sasl_plain_password='geheim' failed", f"sasl_plain_password='{GONE}' failed"),
        ('{"api_key": "abc123"}', f'{{"api_key": "{GONE}"}}'),
        ("mail to ann.lee@clinic.example now", f"mail to {GONE} now"),
        ("key " + "0a" * 32, f"key {GONE}"),
    ],
)
def test_shapes(told: str, left: str) -> None:
    assert redacted(told) == left


@pytest.mark.parametrize(
    "told",
    [
        "offsets 17 to 23 of vitals are gone",
        "tokens can't be read",
        "basic authentication failed",
        "it wants bearer authorization.",
        "http://127.0.0.1:9100/metrics",
        "the registry wants rhythm 1.0.0, glucose 2.1.0",
        "no answer at kafka-1:9092",
        "streams/engine/state/gate.py:145 survey",
    ],
)
def test_what_is_said_every_day_stays(told: str) -> None:
    assert redacted(told) == told


def test_fields_that_name_a_person_or_a_secret_are_emptied_whatever_they_hold() -> None:
    event = {"event": "x", "wearer": "dora", "redis_password": 7, "partition": 3, "in": [{"device": "d1"}]}

    told = Redaction()(None, "info", event)

    assert told == {
        "event": "x",
        "wearer": GONE,
        "redis_password": GONE,
        "partition": 3,
        "in": [{"device": GONE}],
    }


def test_of_an_object_only_its_kind_is_told() -> None:
    class Packet:
        def __repr__(self) -> str:
            return "dora"

    assert Redaction()(None, "info", {"event": "x", "what": Packet()})["what"] == "Packet"


def test_an_address_without_a_password_is_no_secret() -> None:
    assert secrets_of(Settings(redis_url="redis://127.0.0.1:6379/0")) == ()
    assert secrets_of(Settings(redis_url="redis://127.0.0.1:6379/0", state_key="ab" * 32)) == ("ab" * 32,)
