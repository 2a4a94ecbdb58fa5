"""The second line of defence of a log: what looks like a secret or a person is taken out of every line.

The first line is that nobody logs such things. This one knows shapes (tokens, passwords in addresses,
bearer headers, keys of a configuration, mail addresses), the values of the settings that are secret, and
the names of fields that would hold a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, MutableMapping
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from pydantic import SecretStr

from streams.settings import Settings

GONE: Final = "[redacted]"
PERSONAL: Final = frozenset({"wearer", "device", "author", "person", "who", "comment", "email", "name"})
"""Fields that tell of somebody, whoever may have filled them."""
SECRET = re.compile(r"passw|secret|token|authori|cookie|credential|api_?key|state_?key|private_?key", re.I)
LEAST = 6
"""Shorter secrets would take words out of every line; nobody is protected by one."""

_SHAPES: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    # "basic authentication" is no secret.
    (
        re.compile(
            r"\b(bearer|basic)[ .]+(?!auth(?:entication|orization)\.?(?![\w.~+/=-]))[\w.~+/=-]{6,}", re.I
        ),
        rf"\1 {GONE}",
    ),
    (re.compile(r"\b(vs_[\w-]{20,}|whsec_[\w+/=-]{8,}|eyJ[\w-]{8,}\.[\w-]+\.[\w-]*)"), GONE),
    # Greedy: a password can hold an @ that nobody has quoted.
    (re.compile(r"\b([a-z][a-z0-9+.-]*://)[^\s/]*@", re.I), rf"\1{GONE}@"),
    (re.compile(r"\b([a-z][a-z0-9+.-]*://[^\s?#]*)[?#][^\s\"']+", re.I), rf"\1?{GONE}"),
    (
        re.compile(
            r"\b([\w.-]*(?:passw(?:or)?d|secret|token|api[_-]?key|state[_-]?key))"
            r"([\"']?\s*[=:]\s*[\"']?)(?!\s*\[redacted)[^\s\"',;]+",
            re.I,
        ),
        rf"\1\2{GONE}",
    ),
    (re.compile(r"[\w.+-]+@[\w-]+(\.[\w-]+)+"), GONE),
    (re.compile(r"\b[0-9a-f]{64,}\b", re.I), GONE),
)  # fmt: skip

Event = MutableMapping[str, Any]


def redacted(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without what is or looks like a secret or a mail address."""
    for secret in secrets:
        text = text.replace(secret, GONE)
    for shape, instead in _SHAPES:
        text = shape.sub(instead, text)
    return text


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """The values that must be in no log: every secret setting, and the password within an address."""
    found: set[str] = set()
    for name in type(settings).model_fields:
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            plain = value.get_secret_value()
            password = _password(plain)
            found |= {plain, password, unquote(password)} if "://" in plain else {plain}
    # The longest first: one may be a part of another. An address without a password is none.
    told = (value for value in found if len(value) >= LEAST and not _is_open(value))
    return tuple(sorted(told, key=len, reverse=True))


def _password(address: str) -> str:
    try:
        return urlsplit(address).password or ""
    except ValueError:
        return ""


def _is_open(value: str) -> bool:
    return "://" in value and "@" not in value


class Redaction:
    """A processor of structlog that takes secrets and people out of the values of an event."""

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        self._secrets = tuple(secrets)

    def __call__(self, _logger: object, _method: str, event: Event) -> Event:
        """The event, every text in it looked through."""
        for key, value in event.items():
            event[key] = GONE if key in PERSONAL or SECRET.search(key) else self._clean(value)
        return event

    def _clean(self, value: Any) -> Any:
        if isinstance(value, str):
            return redacted(value, self._secrets)
        if value is None or isinstance(value, bool | int | float):
            return value
        if isinstance(value, Mapping):
            return dict(self(None, "", {str(key): inner for key, inner in value.items()}))
        if isinstance(value, list | tuple | set | frozenset):
            return [self._clean(inner) for inner in value]
        return type(value).__name__  # its own words may quote anything
