"""Settings come from the environment, secrets from files."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from streams.settings import Settings


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"VITALSTREAM_{name.upper()}", raising=False)
        monkeypatch.delenv(f"VITALSTREAM_{name.upper()}_FILE", raising=False)


def test_every_setting_has_a_default_and_says_what_it_is() -> None:
    Settings()

    assert all(field.description for field in Settings.model_fields.values())


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VITALSTREAM_BROKER", "kafka:9092")
    monkeypatch.setenv("VITALSTREAM_LATENESS_S", "120")

    settings = Settings()

    assert (settings.broker, settings.lateness_s) == ("kafka:9092", 120)


def test_a_secret_comes_from_a_file_and_stays_out_of_sight(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    secret = tmp_path / "redis_url"
    secret.write_text("redis://:hunter2@redis:6379/0\n")
    monkeypatch.setenv("VITALSTREAM_REDIS_URL_FILE", str(secret))

    settings = Settings()

    assert settings.redis_url.get_secret_value() == "redis://:hunter2@redis:6379/0"
    assert "hunter2" not in repr(settings) + str(settings.model_dump())


def test_the_environment_goes_before_a_file_and_an_argument_before_both(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "broker"
    file.write_text("from-file:9092")
    monkeypatch.setenv("VITALSTREAM_BROKER_FILE", str(file))
    assert Settings().broker == "from-file:9092"

    monkeypatch.setenv("VITALSTREAM_BROKER", "from-environment:9092")
    assert Settings().broker == "from-environment:9092"
    assert Settings(broker="given:9092").broker == "given:9092"


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        Settings().broker = "other:9092"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PARTITIONS", "0"),
        ("METRICS_PORT", "70000"),
        ("CLOCK", "sundial"),
        ("SESSION_TIMEOUT_S", "1"),
        ("STALE_S", "x"),
    ],
)
def test_a_value_out_of_range_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"VITALSTREAM_{name}", value)

    with pytest.raises(ValidationError, match=name.lower()):
        Settings()
