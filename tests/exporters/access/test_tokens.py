"""Tokens: shown once, kept as a digest, ended at once; and what a file of them must look like."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exporters.access.principal import Principal, Role
from exporters.access.tokens import LENGTH, Content, Grant, Tokens, digest
from streams.errors import UserError

NOW = 1_000_000.0


def tokens(folder: Path, now: float = NOW) -> Tokens:
    return Tokens(folder / "access.json", clock=lambda: now)


def given_to(kept: Tokens, name: str, role: Role = "clinician", days: float | None = None) -> str:
    grant, token = kept.prepare(name, role, [] if role in ("operator", "admin") else ["w1"], days)
    kept.add(grant)
    return token


def test_a_token_names_its_holder(tmp_path: Path) -> None:
    token = given_to(tokens(tmp_path), "dr-a")

    assert tokens(tmp_path).principal(digest(token)) == Principal("dr-a", "clinician", frozenset({"w1"}))


def test_a_token_has_256_random_bits_and_says_whose_product_it_is(tmp_path: Path) -> None:
    made = {given_to(tokens(tmp_path), f"p{i}") for i in range(20)}

    assert len(made) == 20
    assert all(token.startswith("vs_") and len(token) == LENGTH for token in made)


def test_the_file_holds_no_token(tmp_path: Path) -> None:
    token = given_to(tokens(tmp_path), "dr-a")

    text = (tmp_path / "access.json").read_text()

    assert (token in text, token[3:] in text, digest(token) in text) == (False, False, True)


def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    given_to(tokens(tmp_path / "new"), "dr-a")

    assert (tmp_path / "new" / "access.json").stat().st_mode & 0o777 == 0o600


def test_another_process_hears_of_a_grant_and_of_its_end(tmp_path: Path) -> None:
    running, command = tokens(tmp_path), tokens(tmp_path)
    running.all()
    token = given_to(command, "dr-a")
    granted = running.principal(digest(token)) is not None

    command.remove(command.find("dr-a"))

    assert (granted, running.principal(digest(token))) == (True, None)


def test_a_token_ends_when_it_expires(tmp_path: Path) -> None:
    token = given_to(tokens(tmp_path), "dr-a", days=2)
    day = 86_400

    held = [tokens(tmp_path, NOW + d * day).principal(digest(token)) is not None for d in (0, 1.99, 2, 3)]

    assert held == [True, True, False, False]


def test_one_name_has_one_token(tmp_path: Path) -> None:
    given_to(tokens(tmp_path), "dr-a")

    with pytest.raises(UserError, match="access revoke dr-a"):
        given_to(tokens(tmp_path), "dr-a")


@pytest.mark.parametrize(
    ("name", "role", "wearers", "said"),
    [
        ("a b", "admin", [], "a name has"),
        ("oidc:x", "admin", [], "a name has"),
        ("anonymous", "admin", [], "a name has"),
        ("Bea", "wearer", [], "exactly once"),
        ("Bea", "wearer", ["w1", "w2"], "exactly once"),
        ("Bea", "wearer", None, "exactly once"),
        ("dr-a", "clinician", [], "--every-wearer"),
        ("dr-a", "clinician", ["w 1"], "named as in the topics"),
        ("op", "operator", ["w1"], "leave --wearer out"),
        ("root", "admin", None, "leave --wearer out"),
    ],
)
def test_a_grant_that_does_not_fit_says_what_to_do(
    tmp_path: Path, name: str, role: Role, wearers: list[str] | None, said: str
) -> None:
    with pytest.raises(UserError, match=said):
        tokens(tmp_path).prepare(name, role, wearers, None)


def test_two_grants_at_one_moment_are_not_of_one_name(tmp_path: Path) -> None:
    kept = tokens(tmp_path)
    first, _ = kept.prepare("dr-a", "clinician", ["w1"], None)
    second, _ = kept.prepare("dr-a", "clinician", ["w2"], None)
    kept.add(first)

    with pytest.raises(UserError, match="revoke dr-a"):
        kept.add(second)


def test_a_file_that_others_may_write_lets_nobody_in(tmp_path: Path) -> None:
    token = given_to(tokens(tmp_path), "dr-a")
    (tmp_path / "access.json").chmod(0o666)

    with pytest.raises(UserError, match="chmod 600"):
        tokens(tmp_path).principal(digest(token))


def test_a_damaged_file_lets_nobody_in_who_was_in_before(tmp_path: Path) -> None:
    kept = tokens(tmp_path)
    token = given_to(kept, "dr-a")
    kept.principal(digest(token))
    path = tmp_path / "access.json"
    path.write_bytes(path.read_bytes()[:-9])

    with pytest.raises(UserError, match="can't be read as grants"):
        kept.principal(digest(token))


def test_masked_ids_stay_the_same_over_a_restart(tmp_path: Path) -> None:
    given_to(tokens(tmp_path), "dr-a")

    assert tokens(tmp_path).mask == tokens(tmp_path).mask


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_a_changed_byte_of_the_file_never_makes_another_token_valid(
    tmp_path: Path, data: st.DataObject
) -> None:
    path = tmp_path / "access.json"
    path.unlink(missing_ok=True)
    token = given_to(tokens(tmp_path), "dr-a")
    stored = bytearray(path.read_bytes())
    place = data.draw(st.integers(0, len(stored) - 1))
    stored[place] ^= data.draw(st.integers(1, 255))
    path.write_bytes(stored)

    other = data.draw(st.sampled_from([token[:-1] + "-", token.swapcase(), digest(token), "", "vs_"]))

    assert _found(tokens(tmp_path), other) is None


def _found(kept: Tokens, token: str) -> Principal | None:
    try:
        return kept.principal(digest(token))
    except UserError:
        return None


def _content(grants: list[Grant]) -> bytes:
    return msgspec.json.encode(Content("mask", grants))


@given(st.binary(max_size=200) | st.builds(_content, st.lists(st.from_type(Grant), max_size=3)))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_content_of_the_file_is_read_or_refused_in_one_line(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "access.json").write_bytes(content)

    try:
        tokens(tmp_path).all()
    except UserError as error:
        assert "\n" not in str(error)
