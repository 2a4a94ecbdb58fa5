"""A dead letter can always be sent: what is too large goes without its value, but with its digest."""

from __future__ import annotations

import hashlib

import pytest

from streams.engine.bus.produce import LARGEST_LETTER, fit
from streams.engine.contracts import DeadLetter
from streams.records import Rejection

REJECTION = Rejection("too_large", "18874368 bytes", "vitals", 3, 7)
OURS = {
    "reason": b"too_large",
    "detail": b"18874368 bytes",
    "topic": b"vitals",
    "partition": b"3",
    "offset": b"7",
}
MUCH = 18 * 1024 * 1024


def letter(
    value: bytes | None, key: bytes | None = b"ann", headers: list[tuple[str, bytes]] | None = None
) -> DeadLetter:
    return DeadLetter(key, value, headers or [], REJECTION)


@pytest.mark.parametrize("value", [None, b"", b"x", b"x" * (16 * 1024 * 1024)])
def test_what_fits_is_kept_byte_for_byte(value):
    assert fit(letter(value, headers=[("trace", b"1")])) == (b"ann", value, [("trace", b"1"), *OURS.items()])


def test_a_value_that_is_too_large_is_described():
    value = bytes(MUCH)

    key, kept, headers = fit(letter(value, headers=[("trace", b"1"), ("value_bytes", b"forged")]))

    assert (key, kept) == (b"ann", None)
    assert dict(headers) == OURS | {
        "trace": b"1",
        "value_bytes": b"18874368",
        "value_sha256": hashlib.sha256(value).hexdigest().encode(),
    }
    assert len(headers) == 8


def test_headers_that_are_too_large_are_left_out():
    key, kept, headers = fit(letter(b"{}", headers=[("x", bytes(MUCH))]))

    assert (key, kept) == (b"ann", None)
    assert dict(headers) == OURS | {
        "value_bytes": b"2",
        "value_sha256": hashlib.sha256(b"{}").hexdigest().encode(),
    }


def test_a_key_that_is_too_large_is_left_out():
    key, kept, headers = fit(letter(None, key=bytes(MUCH)))

    assert (key, kept, dict(headers)) == (None, None, OURS)


@pytest.mark.parametrize("more", [0, 1])
def test_names_and_values_of_headers_count(more):
    """A header counts with its name, its value, and what says how long these are."""
    _, _, headers = fit(letter(None))
    used = len("ann") + sum(len(name) + len(value) + 10 for name, value in headers)

    _, kept, _ = fit(letter(bytes(LARGEST_LETTER - used + more)))

    assert (kept is None) == bool(more)


def test_a_header_without_a_value_is_kept():
    _, _, headers = fit(letter(b"{}", headers=[("x", None)]))  # type: ignore[list-item]

    assert headers[0] == ("x", None)
