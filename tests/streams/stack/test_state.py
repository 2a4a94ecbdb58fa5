"""What a data folder remembers, and how other commands find its stack by it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import SecretStr

from streams.errors import UserError
from streams.settings import Settings
from streams.stack import LocalStack, discover, local_state_key
from streams.stack.process import ProcessId
from streams.stack.state import Ports, StackState, save_state, state_file

PORTS = Ports(kafka=20001, controller=20002, valkey=20003)
UP = StackState(PORTS, kafka=ProcessId(1, "x"), valkey=ProcessId(2, "x"))


@pytest.fixture(autouse=True)
def _no_servers_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("BROKER", "REDIS_URL", "STATE_KEY"):
        monkeypatch.delenv(f"VITALSTREAM_{name}", raising=False)


def test_the_state_key_is_made_once_for_all_who_ask_and_is_private(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(local_state_key, [tmp_path] * 32))

    assert len(keys) == 1
    assert len(bytes.fromhex(keys.pop())) == 32
    assert (tmp_path / "state.key").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["state.key"]


def test_settings_are_pointed_at_the_stack_of_their_folder(tmp_path: Path) -> None:
    save_state(tmp_path, UP)

    found = discover(Settings(data_dir=tmp_path))

    assert found.broker == "127.0.0.1:20001"
    assert found.redis_url.get_secret_value() == "redis://127.0.0.1:20003/0"
    assert found.state_key == SecretStr(local_state_key(tmp_path))


def test_what_the_environment_names_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save_state(tmp_path, UP)
    monkeypatch.setenv("VITALSTREAM_BROKER", "kafka.example:9092")

    found = discover(Settings(data_dir=tmp_path))

    assert found.broker == "kafka.example:9092"
    assert found.redis_url.get_secret_value() == "redis://127.0.0.1:20003/0"
    assert found.state_key is None


def test_alerts_of_a_fresh_stack_may_be_read_until_somebody_is_given_access(tmp_path: Path) -> None:
    save_state(tmp_path, UP)

    fresh = discover(Settings(data_dir=tmp_path)).api_anonymous
    (tmp_path / "access.json").write_text("{}")

    assert (fresh, discover(Settings(data_dir=tmp_path)).api_anonymous) == ("read", "off")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VITALSTREAM_API_ANONYMOUS", "off"),
        ("VITALSTREAM_BROKER", "kafka.example:9092"),
        ("VITALSTREAM_REDIS_URL", "redis://redis.example"),
        ("VITALSTREAM_BIND", "127.0.0.1"),
        ("VITALSTREAM_OIDC_ISSUER", "https://issuer.example"),
    ],
)
def test_no_stack_is_fresh_of_which_something_was_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    save_state(tmp_path, UP)
    monkeypatch.setenv(name, value)

    assert discover(Settings(data_dir=tmp_path)).api_anonymous == "off"


@pytest.mark.parametrize("state", [None, StackState(PORTS)])
def test_a_folder_without_a_stack_changes_nothing(tmp_path: Path, state: StackState | None) -> None:
    if state is not None:
        save_state(tmp_path, state)
    settings = Settings(data_dir=tmp_path)

    assert discover(settings) == settings


def test_a_broken_state_file_is_told_in_one_line(tmp_path: Path) -> None:
    state_file(tmp_path).write_text("{")

    with pytest.raises(UserError, match=r"stack\.json can't be read .* delete it"):
        discover(Settings(data_dir=tmp_path))


def test_the_running_stack_is_found_by_its_folder_alone(stack: LocalStack) -> None:
    found = discover(Settings(data_dir=stack.data_dir))

    assert found.broker == stack.broker
    assert found.redis_url.get_secret_value() == stack.redis_url
    assert found.state_key == stack.settings.state_key
