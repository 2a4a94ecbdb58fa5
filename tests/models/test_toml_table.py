"""A file that people write is TOML with finite numbers and plain words, or is refused in one line."""

from __future__ import annotations

import pytest

from models.toml_table import toml_table


def test_a_table_is_what_it_says() -> None:
    assert toml_table(b"[a]\nb = [1, { c = 0.5 }]\n") == {"a": {"b": [1, {"c": 0.5}]}}
    assert toml_table('"心\u3000率" = "1\u00a0h 👨\u200d⚕️"'.encode()) == {"心\u3000率": "1\u00a0h 👨\u200d⚕️"}


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"[oops", "not valid TOML: Expected"),
        (b"a = '\xff'", "not valid TOML: 'utf-8'"),
        (b"a = " + b"[" * 5_000, "nested too deeply"),
        (b"a." * 30 + b"a = 1", "more than 20 tables"),
        (b"[a]\nabove = nan", "nan and inf are no numbers here"),
        (b"a = [{ b = -inf }]", "nan and inf are no numbers here"),
        (b"a = 'b\tc'", "b\ufffdc: no text here has line breaks"),
        (b'[a]\n"b\\nc" = 1', "b\ufffdc: no text here has line breaks"),
    ],
)
def test_what_is_none_is_refused_in_one_line(data: bytes, words: str) -> None:
    with pytest.raises(ValueError, match=words) as caught:
        toml_table(data)

    assert len(str(caught.value).splitlines()) == 1
