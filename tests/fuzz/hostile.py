"""Bytes that nobody should send: any at all, and valid input with a few things changed for the worse."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from hypothesis import strategies as st

from tests.fuzz.target import Target

DEEP = 5_000
NASTY: tuple[bytes, ...] = (
    *(
        b"",
        b"null",
        b"true",
        b"{}",
        b"[]",
        b'""',
        b"\x00",
        b"\xef\xbb\xbf",
        b"\xff",
        b"'",
        b"%ff",
        b"[::1",
        b"\r\n\r\n",
    ),
    *(
        b"NaN",
        b"-Infinity",
        b"inf",
        b"nan",
        b"1e999",
        b"-1e999",
        b"1e-999",
        b"-0.0",
        b"0x1F",
        b"1_000",
        b"9" * 5_000,
    ),
    *(b"18446744073709551616", b"-9223372036854775809", b"9223372036854775807", b"9007199254740993"),
    *(
        b"[" * DEEP,
        b'{"a":' * DEEP,
        b"[" * DEEP + b"]" * DEEP,
        b"\x91" * DEEP,
        b"\x81\xa1a" * DEEP,
        b"a." * DEEP,
    ),
    *(
        b'"\xff\xfe"',
        b'"\\ud800"',
        b'"' + b"a" * 9_000 + b'"',
        b'"a\\nb"',
        b'"../../../etc/passwd"',
        b"x=" * DEEP,
    ),
    *(b"1979-05-27T07:32:00Z", b"07:32:00", b"&a [*a, *a]", b"!!python/object/apply:os.getcwd []"),
)
"""What stands in for a piece of valid input, in JSON, MessagePack, TOML, YAML and URLs."""
_PIECES = re.compile(rb'"(?:[^"\\]|\\.)*"|[A-Za-z_]+|-?[0-9][0-9.eE+-]*|\s+|.', re.DOTALL)


def broken_lines(seed: bytes) -> Iterator[bytes]:
    """Valid input with one of its quoted texts, names too, broken into lines; each in turn."""
    for piece in _PIECES.finditer(seed):
        if piece[0].startswith(b'"'):
            yield seed[: piece.start()] + b'"a\\nb\\u000bc\\u2028\\u001b[2J"' + seed[piece.end() :]


@st.composite
def _pieces(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    found = _PIECES.findall(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, max(0, len(found) - 1)))
        found[at : at + draw(st.integers(0, 2))] = [draw(st.sampled_from(NASTY))]
    return b"".join(found)


@st.composite
def _flipped(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        data[at : at + draw(st.integers(0, 3))] = draw(st.binary(max_size=4))
    return bytes(data)


@st.composite
def _cut(draw: st.DrawFn, seeds: Sequence[bytes]) -> bytes:
    data = draw(st.sampled_from(seeds))
    end = draw(st.integers(0, len(data)))
    return data[:end] + draw(st.sampled_from(NASTY))


def hostile(target: Target) -> st.SearchStrategy[bytes]:
    """Input for a target."""
    seeds = target.seeds
    return st.one_of(
        st.binary(max_size=64), st.sampled_from(NASTY), _pieces(seeds), _flipped(seeds), _cut(seeds)
    )
